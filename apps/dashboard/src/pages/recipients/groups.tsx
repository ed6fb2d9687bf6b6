import type { SubscriptionGroupResource } from '@postroom/contracts';
import { useList } from '../../api/use-list.ts';
import { Moment } from '../../ui/moment.tsx';
import { Empty } from '../../ui/notice.tsx';
import { ListRows } from '../../ui/table.tsx';

const types = {
  OptIn: 'only who said yes',
  OptOut: 'all but who said no',
} satisfies Record<SubscriptionGroupResource['type'], string>;

/** What recipients can leave without leaving the rest. */
export function Groups() {
  const list = useList<SubscriptionGroupResource>('/api/v1/subscription-groups');
  return (
    <div class="stack inset">
      <ListRows
        label="Groups"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          { name: 'Group', cell: ({ name }) => name },
          { name: 'Gets its mail', kind: 'grow', cell: ({ type }) => types[type] },
          {
            name: 'Is asked to confirm',
            cell: ({ confirmation }) => (confirmation === null ? 'no' : 'yes, by mail'),
          },
          {
            name: 'Marketing goes by it',
            cell: ({ marketingDefault }) => (marketingDefault ? 'yes' : 'no'),
          },
          { name: 'Made', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
        empty={
          <Empty title="No groups yet">
            <p>
              A group is a kind of mail that recipients can leave. Make one with{' '}
              <code>POST /api/v1/subscription-groups</code>.
            </p>
          </Empty>
        }
      />
    </div>
  );
}

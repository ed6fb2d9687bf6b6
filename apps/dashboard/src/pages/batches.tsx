import type { BatchResource, ListedBatch } from '@postroom/contracts';
import { useAnswer } from '../api/use-answer.ts';
import { useList } from '../api/use-list.ts';
import { Moment } from '../ui/moment.tsx';
import { Empty, HowToSend } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';
import { counted } from '../ui/words.ts';
import { BatchBar } from './batch/batch-bar.tsx';

/** So many of the newest are counted, and counted anew while the page is seen. */
const countedBatches = 8;

/** Between two counts, in milliseconds. */
const everyMs = 4_000;

function Progress({ id }: { readonly id: string }) {
  const { value } = useAnswer<BatchResource>(`/api/v1/batches/${id}`, everyMs);
  return value === null ? null : <BatchBar batch={value} />;
}

/** The requests that made mail, newest first. */
export function BatchesPage() {
  const list = useList<ListedBatch>('/dashboard/api/batches');
  const newest = new Set(list.items.slice(0, countedBatches).map(({ id }) => id));
  return (
    <Page title="Batches">
      <ListRows
        label="Batches"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Batch',
            kind: 'keep',
            cell: ({ id }) => (
              <a href={`/dashboard/batches/${id}`}>
                <code class="id">{id}</code>
              </a>
            ),
          },
          { name: 'Form', cell: ({ dialect }) => dialect },
          { name: 'Accepted', kind: 'number', cell: ({ accepted }) => counted(accepted) },
          { name: 'Rejected', kind: 'number', cell: ({ rejected }) => counted(rejected) },
          { name: 'Progress', kind: 'grow', cell: ({ id }) => newest.has(id) && <Progress id={id} /> },
          { name: 'Created', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
        empty={
          <Empty title="No batches yet">
            <HowToSend />
          </Empty>
        }
      />
    </Page>
  );
}

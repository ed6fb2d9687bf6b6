import type { ProfileResource } from '@postroom/contracts';
import { useLocation } from 'preact-iso';
import { withQuery } from '../api/call.ts';
import { may } from '../api/session.ts';
import { useList } from '../api/use-list.ts';
import { Badge } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTyped } from '../ui/use-typed.ts';
import { Groups } from './recipients/groups.tsx';
import { Suppressions } from './recipients/suppressions.tsx';

/** Why somebody gets no mail, if they do not. */
export const Standing = ({ deliverySuppression }: ProfileResource) =>
  deliverySuppression === null ? (
    <Badge tone="good">gets mail</Badge>
  ) : (
    <Badge tone="bad">suppressed: {deliverySuppression}</Badge>
  );

/** Known recipients, and one of them by address or external id. */
function Profiles() {
  const { query, route } = useLocation();
  const who = query.who ?? '';
  const [text, setText] = useTyped(who);
  const filter = who.includes('@') ? { email: who } : { externalId: who };
  const list = useList<ProfileResource>(withQuery('/api/v1/profiles', filter));
  return (
    <div class="stack inset">
      <search>
        <form
          class="search short"
          onSubmit={(event) => {
            event.preventDefault();
            route(withQuery('/dashboard/recipients', { who: text.trim() }));
          }}
        >
          <input
            type="search"
            aria-label="Search by address or external id"
            placeholder="Address or external id"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <button type="submit">Search</button>
        </form>
      </search>
      <ListRows
        label="Profiles"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Address',
            cell: ({ id, email, externalId }) => (
              <a href={`/dashboard/recipients/${id}`}>{email ?? externalId}</a>
            ),
          },
          { name: 'External id', cell: ({ externalId }) => externalId },
          { name: 'Standing', cell: (profile) => <Standing {...profile} /> },
          { name: 'Groups', kind: 'number', cell: ({ subscriptions }) => subscriptions.length },
          { name: 'Known since', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
        empty={
          <Empty title={who === '' ? 'Nobody is known yet' : 'Nobody matches'}>
            <p>
              {who === ''
                ? 'A profile is made by the API, or by the first mail to an address.'
                : 'Type the whole address, or the whole external id.'}
            </p>
          </Empty>
        }
      />
    </div>
  );
}

/** Who mail goes to: who they are, what they want, and who gets none. */
export const RecipientsPage = () => (
  <Page title="Recipients">
    <Tabs
      label="Recipients"
      views={[
        ...(may('profiles:read')
          ? [
              { name: 'Profiles', view: () => <Profiles /> },
              { name: 'Groups', view: () => <Groups /> },
            ]
          : []),
        ...(may('admin') ? [{ name: 'Suppressions', view: () => <Suppressions /> }] : []),
      ]}
    />
  </Page>
);

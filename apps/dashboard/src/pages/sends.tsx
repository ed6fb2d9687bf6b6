import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { withQuery } from '../api/call.ts';
import { may } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useList } from '../api/use-list.ts';
import { Status } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty, HowToSend } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { type Column, ListRows } from '../ui/table.tsx';
import { useTyped } from '../ui/use-typed.ts';
import { counted, momentOf } from '../ui/words.ts';
import { Actions, isNew, useActions } from './sends/actions.tsx';
import { AskAction, bulkActions, isAbout } from './sends/ask-action.tsx';
import {
  besideOf,
  bounds,
  boundsOf,
  filterOf,
  offeredHours,
  type Search,
  searchOf,
  searchOfQuery,
  wordsOf,
} from './sends/search.ts';
import { deliveries, type EmailDetail, type EmailList, sendStatuses } from './sends/wire.ts';

const columns: readonly Column<EmailDetail>[] = [
  { name: 'To', cell: ({ id, to }) => <a href={`/dashboard/sends/${id}`}>{to}</a> },
  { name: 'Status', cell: ({ send_status }) => <Status of={send_status} /> },
  {
    name: 'Subject',
    kind: 'grow',
    cell: ({ subject, error }) => (
      <>
        <span class="clip one">{subject}</span>
        {error !== undefined && <span class="clip bad-words">{error}</span>}
      </>
    ),
  },
  { name: 'Delivery', cell: ({ delivery }) => delivery !== null && <Status of={delivery} /> },
  {
    name: 'Tags',
    cell: ({ tags }) =>
      tags.map((tag) => (
        <a key={tag} class="tag" href={withQuery('/dashboard/sends', { tag })}>
          {tag}
        </a>
      )),
  },
  { name: 'Created', kind: 'when', cell: ({ created_at }) => <Moment at={created_at} /> },
];

/** What is looked for: one box that knows what it was given, and a few choices. */
function SearchForm({
  search,
  onSearch,
  onOpen,
}: {
  readonly search: Search;
  readonly onSearch: (search: Search) => void;
  readonly onOpen: (id: string) => void;
}) {
  const typed = wordsOf(search);
  const [text, setText] = useTyped(typed);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = searchOf(text);
    setProblem(found.kind === 'unknown' ? found.problem : null);
    if (found.kind === 'open') onOpen(found.id);
    if (found.kind === 'filter') onSearch({ ...found.filter, ...besideOf(search) });
  };
  const limits = boundsOf(search);
  const choose = (name: 'status' | 'delivery' | 'since') => (event: { currentTarget: HTMLSelectElement }) =>
    onSearch({ ...search, [name]: event.currentTarget.value || undefined });
  return (
    <search>
      <form class="search" onSubmit={submit}>
        <input
          type="search"
          aria-label="Search by address, id, SES’s id, tag:…, tag-name:…, batch:…, template:…, sender:…, cause:…"
          placeholder="Address, id, tag:welcome, batch:…, sender:…"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <select aria-label="Status" value={search.status ?? ''} onChange={choose('status')}>
          <option value="">Any status</option>
          {sendStatuses.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
        <select aria-label="Delivery" value={search.delivery ?? ''} onChange={choose('delivery')}>
          <option value="">Any delivery</option>
          {deliveries.map((delivery) => (
            <option key={delivery}>{delivery}</option>
          ))}
        </select>
        <select aria-label="Time" value={search.since ?? ''} onChange={choose('since')}>
          <option value="">Any time</option>
          {Object.entries(offeredHours).map(([hours, name]) => (
            <option key={hours} value={hours}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">Search</button>
        {limits.length > 0 && (
          <div class="row-of-buttons">
            {limits.map(([name, at]) => (
              <button key={name} type="button" onClick={() => onSearch({ ...search, [name]: undefined })}>
                {bounds[name]} {momentOf(at)} ×
              </button>
            ))}
          </div>
        )}
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </search>
  );
}

type FoundProps = { readonly filter: Search; readonly round: number; readonly onAsked: () => unknown };

/** How many there are, and what can be done with all of them. */
function Found({ filter, round, onAsked }: FoundProps) {
  const [asked, setAsked] = useState<keyof typeof bulkActions | null>(null);
  const { value, reload } = useAnswer<EmailList>(withQuery('/api/v1/emails', { ...filter, limit: '1' }));
  useEffect(() => {
    if (round > 0) void reload();
  }, [round]);
  if (value === null) return null;
  const offered = (['retry', 'cancel', 'export'] as const).filter(
    (action) => isAbout(action, filter.status) && (action === 'export' || may('emails:write')),
  );
  return (
    <>
      <span class="faint">
        {value.count_is_estimate ? 'about ' : ''}
        {counted(value.count)} found
      </span>
      {value.count > 0 &&
        offered.map((action) => (
          <button key={action} type="button" onClick={() => setAsked(action)}>
            {bulkActions[action].name} …
          </button>
        ))}
      {asked !== null && (
        <AskAction action={asked} filter={filter} onClose={() => setAsked(null)} onAsked={onAsked} />
      )}
    </>
  );
}

/** All sends, newest first, and those that are looked for. */
export function SendsPage() {
  const { query, route } = useLocation();
  const search = searchOfQuery(query);
  const [filter, setFilter] = useState(() => filterOf(search));
  const asked = JSON.stringify(search);
  useEffect(() => setFilter(filterOf(search)), [asked]);
  const list = useList<EmailDetail>(withQuery('/api/v1/emails', filter));
  const { actions, ended, reload } = useActions();
  const [round, setRound] = useState(0);
  const seen = useRef<string | null>(null);
  // What an action did is in the rows that are shown, and in their number.
  useEffect(() => {
    if (seen.current !== null && seen.current !== ended) {
      setRound(round + 1);
      list.reload();
    }
    seen.current = ended;
  }, [ended]);
  const isFiltered = asked !== '{}';
  return (
    <Page title="Sends" actions={<Found filter={filter} round={round} onAsked={reload} />}>
      <SearchForm
        search={search}
        onSearch={(next) => route(withQuery('/dashboard/sends', next))}
        onOpen={(id) => route(`/dashboard/sends/${id}`)}
      />
      {actions.length > 0 && (
        <details class="card" open={actions.some(isNew)}>
          <summary>Actions on many</summary>
          <Actions actions={actions} reload={reload} />
        </details>
      )}
      <ListRows
        label="Sends"
        list={list}
        keyOf={({ id }) => id}
        columns={columns}
        empty={
          <Empty title={isFiltered ? 'Nothing matches' : 'No mail yet'}>
            {isFiltered ? (
              <p>
                Look for less at once, or <a href="/dashboard/sends">look at all sends</a>.
              </p>
            ) : (
              <HowToSend />
            )}
          </Empty>
        }
      />
    </Page>
  );
}

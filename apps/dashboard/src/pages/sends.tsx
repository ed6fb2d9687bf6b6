import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { withQuery } from '../api/call.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useList } from '../api/use-list.ts';
import { Status } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { type Column, ListRows } from '../ui/table.tsx';
import { counted } from '../ui/words.ts';
import { type Search, searchOf, wordsOf } from './sends/search.ts';
import { shownStatus } from './sends/shown-status.ts';
import { type EmailDetail, type EmailList, sendStatuses } from './sends/wire.ts';

/** `status`: that of all which are listed, where it is known. */
const columnsOf = (status: string | undefined): readonly Column<EmailDetail>[] => [
  { name: 'To', cell: ({ id, to }) => <a href={`/dashboard/sends/${id}`}>{to}</a> },
  { name: 'Status', cell: (send) => <Status of={status ?? shownStatus(send)} /> },
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
  const [text, setText] = useState(wordsOf(search));
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => setText(wordsOf(search)), [search.to, search.tag, search.batch_id, search.template_id]);
  const submit = (event: Event) => {
    event.preventDefault();
    const found = searchOf(text);
    setProblem(found.kind === 'unknown' ? found.problem : null);
    if (found.kind === 'open') onOpen(found.id);
    if (found.kind === 'filter') onSearch({ ...found.filter, status: search.status, since: search.since });
  };
  const choose = (name: 'status' | 'since') => (event: { currentTarget: HTMLSelectElement }) =>
    onSearch({ ...search, [name]: event.currentTarget.value || undefined });
  return (
    <search>
      <form class="search" onSubmit={submit}>
        <input
          type="search"
          aria-label="Search by address, id, tag:…, batch:… or template:…"
          placeholder="Address, id, tag:welcome, batch:…, template:…"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <select aria-label="Status" value={search.status ?? ''} onChange={choose('status')}>
          <option value="">Any status</option>
          {sendStatuses.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
        <select aria-label="Time" value={search.since ?? ''} onChange={choose('since')}>
          <option value="">Any time</option>
          <option value="1">Last hour</option>
          <option value="24">Last 24 hours</option>
          <option value="168">Last 7 days</option>
          <option value="720">Last 30 days</option>
        </select>
        <button type="submit">Search</button>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
      </form>
    </search>
  );
}

const hourMs = 3_600_000;

/** The filter as the API takes it; the time is that of now, in whole minutes, so that the list stays the same. */
function pathOf({ since, ...filter }: Search): string {
  const from = since === undefined ? undefined : Date.now() - Number(since) * hourMs;
  const created_after =
    from === undefined ? undefined : new Date(Math.floor(from / 60_000) * 60_000).toISOString();
  return withQuery('/api/v1/emails', { ...filter, created_after });
}

/** How many there are, beside the page's name. */
function Count({ path }: { readonly path: string }) {
  const { value } = useAnswer<EmailList>(
    withQuery(path.split('?')[0] ?? path, {
      ...Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? '')),
      limit: '1',
    }),
  );
  if (value === null) return null;
  return (
    <span class="faint">
      {value.count_is_estimate ? 'about ' : ''}
      {counted(value.count)} found
    </span>
  );
}

/** All sends, newest first, and those that are looked for. */
export function SendsPage() {
  const { query, route } = useLocation();
  const search: Search = {
    to: query.to,
    tag: query.tag,
    batch_id: query.batch_id,
    template_id: query.template_id,
    status: query.status,
    since: query.since,
  };
  const [path, setPath] = useState(() => pathOf(search));
  const asked = JSON.stringify(search);
  useEffect(() => setPath(pathOf(search)), [asked]);
  const list = useList<EmailDetail>(path);
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page title="Sends" actions={<Count path={path} />}>
      <SearchForm
        search={search}
        onSearch={(next) => route(withQuery('/dashboard/sends', next))}
        onOpen={(id) => route(`/dashboard/sends/${id}`)}
      />
      <ListRows
        label="Sends"
        list={list}
        keyOf={({ id }) => id}
        columns={columnsOf(search.status)}
        empty={
          <Empty title={isFiltered ? 'Nothing matches' : 'No mail yet'}>
            {isFiltered ? (
              <p>
                Look for less at once, or <a href="/dashboard/sends">look at all sends</a>.
              </p>
            ) : (
              <p>
                Send a batch with <code>POST /api/v1/emails/batch</code>: the <a href="/docs">reference</a>{' '}
                has a request to copy.
              </p>
            )}
          </Empty>
        }
      />
    </Page>
  );
}

import type { Now, WorkspaceResource } from '@postroom/contracts';
import { useEffect } from 'preact/hooks';
import { useList } from '../../api/use-list.ts';
import { Section } from '../../ui/page.tsx';
import { type Column, ListRows } from '../../ui/table.tsx';
import { counted } from '../../ui/words.ts';

/** Between two looks at the list, in milliseconds: what ended of all workspaces is counted for each. */
const everyMs = 10_000;

/** Counts of the list go so far, as `maxWorkspaceCount` of the API says. */
const most = 1_000;

type Counts = WorkspaceResource['counts'];

const bounded = (count: number) => (count < most ? counted(count) : `${counted(most)} or more`);

const ended = (name: string, status: keyof Counts): Column<WorkspaceResource> => ({
  name,
  kind: 'number',
  cell: ({ counts }) => bounded(counts[status]),
});

/** Of so many workspaces is told what is not finished; of the others, while there are fewer, nothing is. */
const mostTold = 200;

/** What is not finished, as it is told live; where it is not told, as the list has it, which may be some seconds old. */
const unfinished = (
  name: string,
  status: keyof Counts,
  told: ReadonlyMap<string, number> | null,
): Column<WorkspaceResource> => ({
  name,
  kind: 'number',
  cell: ({ id, counts }) => {
    const count = told?.get(id) ?? (told !== null && told.size < mostTold ? 0 : undefined);
    return count === undefined ? bounded(counts[status]) : counted(count);
  },
});

function columnsOf(backlogs: Now['backlogs']): readonly Column<WorkspaceResource>[] {
  const told = (of: 'scheduled' | 'queued' | 'processing') =>
    backlogs && new Map(backlogs.map((backlog) => [backlog.workspaceId, backlog[of]]));
  return [
    { name: 'Workspace', cell: ({ name }) => name },
    unfinished('Scheduled', 'Scheduled', told('scheduled')),
    unfinished('Queued', 'Queued', told('queued')),
    unfinished('In hand', 'Processing', told('processing')),
    ended('Sent', 'Sent'),
    ended('Failed', 'Failed'),
  ];
}

/** The numbers of all workspaces, for an operator. */
export function WorkspacesNow({ backlogs }: Pick<Now, 'backlogs'>) {
  const list = useList<WorkspaceResource>('/api/v1/workspaces');
  const { length } = list.items;
  useEffect(() => {
    // What was scrolled to would be gone.
    const timer = setInterval(() => !document.hidden && length <= 50 && list.reload(), everyMs);
    return () => clearInterval(timer);
  }, [length]);
  return (
    <Section title="Workspaces" aside="what waits, and what ended of a day">
      <ListRows
        label="Workspaces"
        isPlain
        list={list}
        keyOf={({ id }) => id}
        columns={columnsOf(backlogs)}
        empty={null}
      />
    </Section>
  );
}

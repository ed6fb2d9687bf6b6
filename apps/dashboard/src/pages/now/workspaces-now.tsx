import type { WorkspaceResource } from '@postroom/contracts';
import { useEffect } from 'preact/hooks';
import { useList } from '../../api/use-list.ts';
import { Section } from '../../ui/page.tsx';
import { type Column, ListRows } from '../../ui/table.tsx';
import { counted } from '../../ui/words.ts';

/** Between two looks, in milliseconds: numbers of all workspaces are counted for each. */
const everyMs = 10_000;

/** Counts go so far, as `maxWorkspaceCount` of the API says. */
const most = 1_000;

const numberOf = (name: string, status: keyof WorkspaceResource['counts']): Column<WorkspaceResource> => ({
  name,
  kind: 'number',
  cell: ({ counts }) => (counts[status] < most ? counted(counts[status]) : `${counted(most)} or more`),
});

const columns: readonly Column<WorkspaceResource>[] = [
  { name: 'Workspace', cell: ({ name }) => name },
  numberOf('Scheduled', 'Scheduled'),
  numberOf('Queued', 'Queued'),
  numberOf('In hand', 'Processing'),
  numberOf('Sent', 'Sent'),
  numberOf('Failed', 'Failed'),
];

/** The numbers of all workspaces, for an operator. */
export function WorkspacesNow() {
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
        columns={columns}
        empty={null}
      />
    </Section>
  );
}

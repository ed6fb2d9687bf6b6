import { LinkKeyStore, WorkspaceStore } from '@postroom/db';
import { readArguments, readWholeNumber } from '../arguments.ts';
import { Problem, UsageProblem } from '../problem.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';

/** For so many days tracked links of before lead on unless told: as long as most people go back to a mail. */
const defaultDays = 90;

/** Ten years. */
const maxDays = 3_650;

const dayMs = 24 * 3_600_000;

type Wanted = { readonly days: number; readonly workspaceId: string | null };

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readWanted(args: readonly string[]): Wanted {
  const options = { 'overlap-days': { type: 'string' }, workspace: { type: 'string' } } as const;
  const { values } = readArguments({ args: [...args], options });
  const bounds = { name: '--overlap-days', min: 0, max: maxDays, fallback: defaultDays };
  const { workspace: workspaceId = null } = values;
  if (workspaceId !== null && !idPattern.test(workspaceId)) {
    throw new UsageProblem('--workspace must be the id of a workspace; without it, it is about all of them.');
  }
  return { days: readWholeNumber(values['overlap-days'], bounds), workspaceId };
}

/** `postroom keys rotate-links`: links in mail of all workspaces, or of one, are signed with another secret from now on. */
export async function rotateLinks(args: readonly string[], terminal: Terminal): Promise<number> {
  const { days, workspaceId } = readWanted(args);
  return withDatabase(async ({ prisma }) => {
    await new WorkspaceStore(prisma).ensureDefault();
    const rotated = await new LinkKeyStore(prisma).rotate(workspaceId, { overlapMs: days * dayMs });
    const [first] = rotated;
    if (first === undefined) throw new Problem(`There is no workspace ${workspaceId}.`);
    const whose = workspaceId === null ? `all workspaces (${rotated.length})` : `workspace ${workspaceId}`;
    terminal.line(`Links in mail of ${whose} are signed with a new secret from now on.`);
    terminal.line(
      days === 0
        ? 'Tracked links of earlier mail stop working within a minute.'
        : `Tracked links of earlier mail work until ${first.clicksUntil.toISOString().slice(0, 10)}.`,
    );
    terminal.line('Links to unsubscribe in earlier mail go on working.');
    return 0;
  });
}

import { LinkKeyStore, WorkspaceStore } from '@postroom/db';
import { readArguments, readWholeNumber } from '../arguments.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';

/** For so many days tracked links of before lead on unless told: as long as most people go back to a mail. */
const defaultDays = 90;

/** Ten years. */
const maxDays = 3_650;

const dayMs = 24 * 3_600_000;

function readDays(args: readonly string[]): number {
  const { values } = readArguments({ args: [...args], options: { 'overlap-days': { type: 'string' } } });
  const bounds = { name: '--overlap-days', min: 0, max: maxDays, fallback: defaultDays };
  return readWholeNumber(values['overlap-days'], bounds);
}

/** `postroom keys rotate-links`: links in mail of the default workspace are signed with another secret from now on. */
export async function rotateLinks(args: readonly string[], terminal: Terminal): Promise<number> {
  const days = readDays(args);
  return withDatabase(async ({ prisma }) => {
    const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
    const until = await new LinkKeyStore(prisma).rotate(workspaceId, { overlapMs: days * dayMs });
    terminal.line('Links in mail are signed with a new secret from now on.');
    terminal.line(
      days === 0
        ? 'Tracked links of earlier mail stop working within a minute.'
        : `Tracked links of earlier mail work until ${until.toISOString().slice(0, 10)}.`,
    );
    terminal.line('Links to unsubscribe in earlier mail go on working.');
    return 0;
  });
}

import { createWorkspaceSchema, issuesOf } from '@postroom/contracts';
import { WorkspaceStore } from '@postroom/db';
import { readArguments } from '../arguments.ts';
import { UsageProblem } from '../problem.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';

/** `postroom workspaces`: makes and lists the tenants of an installation. */
export async function workspaces(args: readonly string[], terminal: Terminal): Promise<number> {
  const [action = '', ...rest] = args;
  if (action === 'create') return create(rest, terminal);
  if (action === 'list') return list(rest, terminal);
  const known = 'workspaces takes create or list';
  throw new UsageProblem(action === '' ? `${known}.` : `${known}, not "${action}".`);
}

async function create(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({ args: [...args], options: { name: { type: 'string' } } });
  const parsed = createWorkspaceSchema.safeParse(values);
  if (!parsed.success) throw new UsageProblem(`--name ${issuesOf(parsed.error)[0]?.message}.`);
  return withDatabase(async ({ prisma }) => {
    // The id alone on standard output, so that a script can take it.
    terminal.line(await new WorkspaceStore(prisma).create(parsed.data.name));
    return 0;
  });
}

/** How many are read at once. */
const pageSize = 100;

async function list(args: readonly string[], terminal: Terminal): Promise<number> {
  readArguments({ args: [...args], options: {} });
  return withDatabase(async ({ prisma }) => {
    const store = new WorkspaceStore(prisma);
    const counted = { isSimulated: false, since: new Date(Date.now() - 86_400_000) };
    for (let cursor: string | undefined; ; ) {
      const page = await store.list({ limit: pageSize, cursor }, counted);
      for (const { id, name, isDefault, counts } of page.items) {
        const { Queued, Processing, Sent, Failed } = counts;
        const numbers = `${Queued} waiting, ${Processing} in hand, ${Sent} sent and ${Failed} failed within a day`;
        terminal.line(`${id}  ${name}${isDefault ? ' (default)' : ''}: ${numbers}`);
      }
      cursor = page.items.at(-1)?.id;
      if (!page.hasMore) return 0;
    }
  });
}

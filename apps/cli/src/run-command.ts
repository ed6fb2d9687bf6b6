import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { helpOf } from './help.ts';
import { UsageProblem } from './problem.ts';
import { report } from './report.ts';
import type { Terminal } from './terminal.ts';

/** Runs with the arguments after its name and answers the exit code. */
type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Each is loaded when it is asked for: `local-ses` needs no database, `doctor` not even its client. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['up', async () => (await import('./commands/up.ts')).up],
  ['quickstart', async () => (await import('./commands/quickstart.ts')).quickstart],
  ['migrate', async () => (await import('./commands/migrate.ts')).migrateDatabase],
  ['keys', async () => (await import('./commands/keys.ts')).keys],
  ['workspaces', async () => (await import('./commands/workspaces.ts')).workspaces],
  ['accounts', async () => (await import('./commands/accounts.ts')).accounts],
  ['status', async () => (await import('./commands/status.ts')).status],
  ['rate', async () => (await import('./commands/rate.ts')).rate],
  ['ses', async () => (await import('./commands/ses.ts')).ses],
  ['import', async () => (await import('./commands/import.ts')).importFrom],
  ['local-ses', async () => (await import('./commands/local-ses.ts')).localSes],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
]);

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name = 'help', ...args] = argv;
  if (name === '--version' || name === '-v') {
    terminal.line(version());
    return 0;
  }
  const isHelp = name === 'help' || name === '--help' || name === '-h';
  if (isHelp || args.includes('--help') || args.includes('-h')) {
    terminal.line(helpOf(isHelp ? args[0] : name).trimEnd());
    return 0;
  }
  const load = commands.get(name);
  if (load === undefined) {
    throw new UsageProblem(
      `There is no command "${name}". There are: ${[...commands.keys(), 'help'].join(', ')}.`,
    );
  }
  const command = await load();
  return command(args, terminal);
}

/** Runs the command that the arguments name; what it fails for is told, and answered as its exit code. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    return report(error, terminal);
  }
}

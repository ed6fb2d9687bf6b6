import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIdentity } from '@postroom/servers';
import { eventually, type SpawnedNode, spawnNode } from '@postroom/testkit';
import { runCommand } from '../src/run-command.ts';
import { locateHome } from '../src/stack/home.ts';
import { readStackFile, type StackFile } from '../src/stack/stack-file.ts';
import { heardTerminal } from './heard-terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An environment in which nothing is given, whatever the one of the test run holds. */
const bare: Environment = {
  DATABASE_URL: undefined,
  DATABASE_POOLER: undefined,
  REDIS_URL: undefined,
  AWS_ENDPOINT_URL_SESV2: undefined,
  BOOTSTRAP_API_KEY: undefined,
  PORT: undefined,
  HOST: undefined,
  npm_lifecycle_event: undefined,
};

/** Starts the command from source. */
export function startCli(args: readonly string[], env: Environment): Promise<SpawnedNode> {
  return spawnNode({ entry: 'apps/cli/src/main.ts', args, env: { ...bare, ...env } });
}

/** Runs the command to its end. */
export async function runCli(args: readonly string[], env: Environment) {
  const cli = await startCli(args, env);
  const { code } = await cli.exited;
  // The last lines may come after the end.
  await eventually(() => cli.lines.length > 0);
  return { code, text: cli.lines.join('\n') };
}

/**
 * Runs a command that starts nothing and waits for no signal in this process, which has that environment meanwhile. `heard` is what
 * it has said so far.
 */
export async function runHere(args: readonly string[], env: Environment, heard = heardTerminal()) {
  const { terminal, lines } = heard;
  const own = { ...process.env };
  const wanted = Object.entries({ ...own, ...bare, ...env }).filter(([, value]) => value !== undefined);
  process.env = Object.fromEntries(wanted);
  try {
    const code = await runCommand(args, terminal);
    return { code, lines, text: lines.join('\n') };
  } finally {
    process.env = own;
  }
}

/** A new state folder, and how to remove it. */
export function temporaryHome() {
  const dir = mkdtempSync(join(tmpdir(), 'postroom-cli-'));
  chmodSync(dir, 0o711);
  return {
    env: { POSTROOM_HOME: dir },
    home: locateHome({ POSTROOM_HOME: dir }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Waits until the stack of that folder is up, or is as `wanted` says. */
export function stackOf(dir: string, wanted: (stack: StackFile) => boolean = () => true): Promise<StackFile> {
  const home = locateHome({ POSTROOM_HOME: dir });
  return eventually(
    () => {
      const stack = readStackFile(home);
      return stack !== null && wanted(stack) ? stack : false;
    },
    { what: 'The stack that was waited for' },
  );
}

/** Whether the process still runs. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await processIdentity(pid)) !== null;
}

/** Waits until none of them runs any more. */
export function allGone(pids: readonly number[]): Promise<true> {
  return eventually(
    async () => {
      const states = await Promise.all(pids.map(isRunning));
      return states.every((state) => !state) ? (true as const) : false;
    },
    { what: `The end of ${pids.join(', ')}` },
  );
}

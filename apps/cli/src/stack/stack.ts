import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@postroom/testkit';
import { reasonOf } from '../problem.ts';
import type { Terminal } from '../terminal.ts';
import { bootstrapKey } from './bootstrap-key.ts';
import { entryOf } from './checkout.ts';
import { apiEnvironment, type Foundation, workerEnvironment } from './environment.ts';
import { given } from './given.ts';
import { clearHome, type Home, locateHome, makeHome } from './home.ts';
import { answers, startProgram } from './node-program.ts';
import { requirePort } from './port.ts';
import { claimHome, type Run } from './run-record.ts';
import { findDatabase, findRedis, findSes, type ServerContext } from './servers.ts';
import { writeStackFile } from './stack-file.ts';
import type { StopRequest } from './stop-request.ts';
import { type Kept, keepRunning, type Start } from './supervisor.ts';

/** How a stack is started; `sendRate` is the local SES's, in recipients per second. */
export type StackOptions = {
  readonly port: number;
  readonly workers: number;
  readonly isFresh: boolean;
  readonly sendRate: number;
};

/** Everything that one start brought up. */
export type Stack = {
  readonly foundation: Foundation;
  readonly home: Home;
  /** Stops all of it, in order, and leaves nothing behind but the state. */
  stop(): Promise<void>;
};

type Layer = 'worker' | 'api' | 'ses' | 'redis' | 'postgres';

/** The order of the end: what needs a server goes before the server. */
const stopOrder: readonly Layer[] = ['worker', 'api', 'ses', 'redis', 'postgres'];

/** Starts a stack, one line on the terminal for each part; when a part fails, all others are stopped again. */
export async function startStack(
  options: StackOptions,
  surroundings: { readonly terminal: Terminal; readonly stop: StopRequest },
): Promise<Stack> {
  const home = locateHome(process.env);
  await makeHome(home);
  const run = await claimHome(home, (text) => surroundings.terminal.line(text));
  const starting = new StartingStack({ options, home, run, ...surroundings });
  try {
    return await starting.start();
  } catch (error) {
    await starting.stop();
    throw error;
  }
}

type Parts = {
  readonly options: StackOptions;
  readonly home: Home;
  readonly run: Run;
  readonly terminal: Terminal;
  readonly stop: StopRequest;
};

/**
 * Starting: parts come up, each kept from then on. Up, once `stack.json` is written: a part that dies is
 * replaced and the file follows. Stopping, from either: nothing is replaced any more, the layers end in order.
 */
class StartingStack {
  readonly #parts: Parts;
  readonly #kept: { readonly layer: Layer; readonly process: Kept }[] = [];
  #foundation: Foundation | null = null;
  #isUp = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async start(): Promise<Stack> {
    const { options, home, terminal, stop } = this.#parts;
    const host = given(process.env, 'HOST') ?? '127.0.0.1';
    await requirePort(options.port, host);
    if (options.isFresh) await clearHome(home);
    await rm(home.logsDir, { recursive: true, force: true });
    await makeHome(home);
    const foundation = await this.#findServers(host);
    this.#foundation = foundation;
    await this.#timed('Database', async () => {
      const { migrate } = await import('@postroom/db');
      const applied = await migrate({ databaseUrl: foundation.databaseUrl });
      if (applied.length === 0) return 'up to date';
      return applied.length === 1 ? '1 migration applied' : `${applied.length} migrations applied`;
    });
    stop.signal.throwIfAborted();
    await this.#startProcesses(foundation);
    this.#isUp = true;
    this.#writeFile();
    terminal.status(null);
    return { foundation, home, stop: () => this.stop() };
  }

  async stop(): Promise<void> {
    const { home, run, stop } = this.#parts;
    this.#isUp = false;
    const hurry = () => {
      for (const { process } of this.#kept) process.kill();
    };
    if (stop.hurry.aborted) hurry();
    stop.hurry.addEventListener('abort', hurry);
    for (const layer of stopOrder) {
      const processes = this.#kept.filter((kept) => kept.layer === layer);
      await Promise.all(processes.map(({ process }) => process.stop()));
    }
    stop.hurry.removeEventListener('abort', hurry);
    rmSync(home.stackFile, { force: true });
    run.release();
  }

  async #findServers(host: string): Promise<Foundation> {
    const { options, home, run } = this.#parts;
    const { port, isFresh, sendRate } = options;
    const context: ServerContext = {
      env: process.env,
      home,
      run,
      keep: (layer, name, start) => this.#keep(layer, name, start),
    };
    const apiUrl = `http://${reachable(host)}:${port}`;
    const eventsUrl = `${apiUrl}/providers/ses/notifications`;
    const [database, redis, ses, key] = await allOrFirstFailure([
      this.#timed('PostgreSQL', () => findDatabase(context, isFresh), originOf),
      this.#timed('Redis', () => findRedis(context), originOf),
      this.#timed('SES', () => findSes(context, { eventsUrl, sendRate }), originOf),
      bootstrapKey(home, process.env),
    ]);
    return { databaseUrl: database.url, redisUrl: redis.url, ses, host, port, apiUrl, key };
  }
}

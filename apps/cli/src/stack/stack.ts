import { rm } from 'node:fs/promises';
import type { Terminal } from '../terminal.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { bootstrapKey } from './bootstrap-key.ts';
import type { Foundation } from './environment.ts';
import { given } from './given.ts';
import { clearHome, type Home, locateHome, makeHome } from './home.ts';
import { createLayers, type Layers } from './layers.ts';
import { requirePort } from './port.ts';
import { type StackOptions, type Starting, startProcesses } from './processes.ts';
import { reachable } from './reachable.ts';
import { claimHome } from './run-record.ts';
import { findDatabase, findRedis, findSes, type Server } from './servers.ts';
import { writeStackFile } from './stack-file.ts';
import { createSteps, type Steps } from './steps.ts';
import type { StopRequest } from './stop-request.ts';

/** Everything that one start brought up. */
export type Stack = {
  readonly foundation: Foundation;
  /** Where mail is taken by SMTP. */
  readonly smtpUrl: string;
  readonly home: Home;
  /** Stops all of it, in order, and leaves nothing behind but the state. */
  stop(): Promise<void>;
};

/**
 * Starts a stack, with a line on the terminal for each part, and keeps `stack.json` true until it is stopped.
 * When a part does not start, or a stop is asked for meanwhile, the others are stopped again and this rejects.
 */
export async function startStack(
  options: StackOptions,
  { terminal, stop }: { readonly terminal: Terminal; readonly stop: StopRequest },
): Promise<Stack> {
  const home = locateHome(process.env);
  await makeHome(home);
  const run = await claimHome(home, (text) => terminal.line(text));
  let tellScripts = () => {};
  const layers = createLayers({
    signal: stop.signal,
    say: (text) => terminal.line(terminal.paint('yellow', text)),
    onChange: () => tellScripts(),
  });
  const stopAll = async () => {
    tellScripts = () => {};
    await layers.stopAll(stop.hurry);
    await rm(home.stackFile, { force: true });
    run.release();
  };
  const host = given(process.env, 'HOST') ?? '127.0.0.1';
  const starting = { options, home, run, layers, steps: createSteps(terminal), host };
  try {
    await requirePort(options.port, host);
    await prepareHome(home, options.isFresh);
    const foundation = await findServers(starting);
    await migrateDatabase(starting.steps, foundation);
    stop.signal.throwIfAborted();
    const { smtpPort } = await startProcesses(starting, foundation);
    const smtpUrl = `smtp://${reachable(host)}:${smtpPort}`;
    tellScripts = () => writeStackFile(home, { ...describe(foundation, layers), smtpUrl });
    tellScripts();
    return { foundation, smtpUrl, home, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  } finally {
    terminal.status(null);
  }
}

async function prepareHome(home: Home, isFresh: boolean): Promise<void> {
  if (isFresh) return clearHome(home);
  await rm(home.logsDir, { recursive: true, force: true });
  await makeHome(home);
}

async function findServers({ options, home, run, layers, steps, host }: Starting): Promise<Foundation> {
  const { port, isFresh, sendRate } = options;
  const context = { env: process.env, home, run, keep: layers.keep };
  const apiUrl = `http://${reachable(host)}:${port}`;
  const eventsUrl = `${apiUrl}/providers/ses/notifications`;
  const [database, redis, ses, key] = await allOrFirstFailure([
    steps.take('PostgreSQL', () => findDatabase(context, isFresh), originOf('DATABASE_URL')),
    steps.take('Redis', () => findRedis(context), originOf('REDIS_URL')),
    steps.take('SES', () => findSes(context, { eventsUrl, sendRate }), originOf('AWS_ENDPOINT_URL_SESV2')),
    bootstrapKey(home, process.env),
    // Takes half a second to load, and is needed once the servers are there.
    import('@postroom/db'),
  ]);
  const foundation = { databaseUrl: database.url, redisUrl: redis.url, ses, host, port, apiUrl, key };
  if (!database.isEmbedded) await (await import('./refuse-installation.ts')).refuseInstallation(foundation);
  return foundation;
}

const originOf = (variable: string) => (server: Server) =>
  server.isEmbedded ? 'embedded' : `from ${variable}`;

async function migrateDatabase(steps: Steps, { databaseUrl }: Foundation): Promise<void> {
  const { migrateGiven } = await import('./given-servers.ts');
  await steps.take(
    'Database',
    () => migrateGiven(databaseUrl),
    ({ length }) => {
      if (length === 0) return 'up to date';
      return length === 1 ? '1 migration applied' : `${length} migrations applied`;
    },
  );
}

function describe({ apiUrl, databaseUrl, redisUrl, ses }: Foundation, layers: Layers) {
  const urls = { apiUrl, databaseUrl, redisUrl, sesUrl: ses.url, inboxUrl: ses.inboxUrl };
  return {
    ...urls,
    api: layers.pidsOf('api'),
    smtp: layers.pidsOf('smtp'),
    workers: layers.pidsOf('worker'),
  };
}

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  databaseUrlOf,
  freePort,
  portRefusal,
  type RunningServer,
  runStatement,
  startPostgres,
  startRedis,
} from '@postroom/servers';
import { Problem } from '../problem.ts';
import { entryOf, typed } from './checkout.ts';
import { given } from './given.ts';
import type { Home } from './home.ts';
import { answers, startProgram } from './node-program.ts';
import type { Run } from './run-record.ts';
import { serverPassword } from './server-password.ts';
import type { Running, Start } from './supervisor.ts';

/** What the servers are started with; `keep` starts a process, remembers it and replaces it when it dies. */
export type ServerContext = {
  readonly env: NodeJS.ProcessEnv;
  readonly home: Home;
  readonly run: Run;
  readonly keep: (layer: 'postgres' | 'redis' | 'ses', name: string, start: Start) => Promise<void>;
};

/** A server and whether it is ours. */
export type Server = { readonly url: string; readonly isEmbedded: boolean };

/** The local SES has an inbox; another one has none that we know of. */
export type SesServer = Server & { readonly inboxUrl: string | null };

/** The port of the inbox, when it is free. */
const inboxPort = 8025;
const databaseName = 'postroom';
const aliveCheckMs = 500;

/** The database of `DATABASE_URL`, or PostgreSQL in the state folder; `isFresh` empties only the latter. */
export async function findDatabase(context: ServerContext, isFresh: boolean): Promise<Server> {
  const url = given(context.env, 'DATABASE_URL');
  if (url !== undefined) {
    const { databaseProblem } = await import('./given-servers.ts');
    await refuse(databaseProblem(url));
    return { url, isEmbedded: false };
  }
  const { postgresDir: dataDir } = context.home;
  const serverUrl = await keepServer(context, 'postgres', 'PostgreSQL', (how) =>
    startPostgres({ dataDir, ...how }),
  );
  if (isFresh) await runStatement(serverUrl, `DROP DATABASE IF EXISTS ${databaseName} WITH (FORCE)`);
  await runStatement(serverUrl, `CREATE DATABASE ${databaseName}`).catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === '42P04';
    if (!isThere) throw error;
  });
  return { url: databaseUrlOf(serverUrl, databaseName), isEmbedded: true };
}

/** The Redis of `REDIS_URL`, or one in the state folder that writes every change down. */
export async function findRedis(context: ServerContext): Promise<Server> {
  const { env, home } = context;
  const url = given(env, 'REDIS_URL');
  if (url !== undefined) {
    const { redisProblem } = await import('./given-servers.ts');
    await refuse(redisProblem(env, url));
    return { url, isEmbedded: false };
  }
  const ownUrl = await keepServer(context, 'redis', 'Redis', (how) =>
    startRedis({ dir: home.redisDir, persistence: 'aof', ...how }),
  );
  return { url: ownUrl, isEmbedded: true };
}

/** What a server is started with that runs here. */
type Here = { readonly password: string; readonly port?: number; readonly log: (line: string) => void };

/** Starts a server that says in a file what it does, and keeps it running where it was first; answers its URL. */
async function keepServer(
  { home, run, keep }: ServerContext,
  layer: 'postgres' | 'redis',
  name: string,
  start: (how: Here) => Promise<RunningServer>,
): Promise<string> {
  const log = (line: string) =>
    appendFileSync(join(home.logsDir, `${layer}.log`), `${line}\n`, { mode: 0o600 });
  let how: Here = { password: serverPassword(home), log };
  let url = '';
  await keep(layer, name, async () => {
    const server = await orProblem(start(how));
    how = { ...how, port: server.port };
    url = server.url;
    return watched(server, { name, run });
  });
  return url;
}

/** The SES of `AWS_ENDPOINT_URL_SESV2`, or a local one that keeps what it gets and posts events to `eventsUrl`. */
export async function findSes(
  { env, home, run, keep }: ServerContext,
  { eventsUrl, sendRate }: { readonly eventsUrl: string; readonly sendRate: number },
): Promise<SesServer> {
  const endpoint = given(env, 'AWS_ENDPOINT_URL_SESV2');
  if (endpoint !== undefined) return { url: endpoint, isEmbedded: false, inboxUrl: null };
  const url = await onFreePort({ usual: inboxPort, host: '127.0.0.1' }, async (port) => {
    const own = `http://127.0.0.1:${port}`;
    const options = { port: String(port), host: '127.0.0.1', 'send-rate': String(sendRate) };
    const events = { 'events-url': eventsUrl, 'certificate-file': home.certificateFile };
    const program = {
      name: 'Local SES',
      entry: entryOf('cli'),
      args: [
        'local-ses',
        ...Object.entries({ ...options, ...events }).map(([name, value]) => `--${name}=${value}`),
      ],
      env,
      logFile: join(home.logsDir, 'ses.log'),
      isReady: () => answers(`${own}/_fake/account`),
    };
    await keep('ses', program.name, (signal) => startProgram(program, { run, signal }));
    return own;
  });
  return { url, isEmbedded: true, inboxUrl: `${url}/` };
}

/** Starts on the usual port or, when another program has it or takes it meanwhile, on one that is free. */
export async function onFreePort<Started>(
  { usual, host }: { readonly usual: number; readonly host: string },
  start: (port: number) => Promise<Started>,
): Promise<Started> {
  if ((await portRefusal(usual, host)) !== null) return start(await freePort());
  try {
    return await start(usual);
  } catch (error) {
    // As the program says it: whoever took the port may be gone again.
    const wasTaken = error instanceof Error && error.message.includes('EADDRINUSE');
    if (!wasTaken) throw error;
    return start(await freePort());
  }
}

/** Why a server did not start is for the person at the terminal: what is missing, or its own last words. */
async function orProblem<T>(starting: Promise<T>): Promise<T> {
  return starting.catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    throw new Problem(`${words}\nFor a look at all of it, run: ${typed('doctor')}`, { cause: error });
  });
}

async function refuse(checking: Promise<string | null>): Promise<void> {
  const problem = await checking;
  if (problem !== null) throw new Problem(problem);
}

/** A server as the supervisor sees it: its own handle does not say when it dies, so that is looked at. */
async function watched(
  server: RunningServer,
  { name, run }: { readonly name: string; readonly run: Run },
): Promise<Running> {
  await run.add(name, server.pid);
  let timer: NodeJS.Timeout | undefined;
  const exited = new Promise<string>((resolve) => {
    timer = setInterval(() => {
      if (isAlive(server.pid)) return;
      clearInterval(timer);
      run.remove(server.pid);
      resolve('ended');
    }, aliveCheckMs);
  });
  return {
    pid: server.pid,
    exited,
    stop: async () => {
      clearInterval(timer);
      await server.stop();
      run.remove(server.pid);
    },
    // Killing a database saves nothing: it ends at once when it is asked to.
    kill: () => {},
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

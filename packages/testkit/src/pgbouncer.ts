import { once } from 'node:events';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findOnPath, type RunningServer, startInstalled, startServer } from '@postroom/servers';

/** A PgBouncer before the PostgreSQL of `serverUrl`, as its own defaults have it but for what is said here. */
export type PgBouncerOptions = {
  readonly dir: string;
  readonly serverUrl: string;
  readonly poolMode: 'session' | 'transaction';
  /** Parameters of a start that it drops without a word, as many installations have it; else it refuses them. */
  readonly ignoredParameters?: readonly string[];
  /** Connections to PostgreSQL for each role and database, 8 unless told. */
  readonly poolSize?: number;
  /** Roles beside that of `serverUrl` which may connect. */
  readonly roles?: readonly string[];
  readonly port?: number;
  readonly log?: (line: string) => void;
};

/** The user that Debian calls nobody: PgBouncer does not run as root. */
const nobody = 65_534;

/** The full path of PgBouncer, or null when the machine has none. */
export const findPgBouncer = (): Promise<string | null> =>
  findOnPath(['pgbouncer'], ['/usr/sbin', '/usr/local/sbin']);

/** Starts the `pgbouncer` of the machine on 127.0.0.1; whoever the roles are, it asks for no password. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<RunningServer> {
  const command = await findPgBouncer();
  if (command === null) throw new Error('No pgbouncer on the PATH. The tests install it: npm test');
  return startInstalled(options, (port) => startOnPort(command, port, options));
}

async function configure(port: number, options: PgBouncerOptions): Promise<string> {
  const { dir, poolMode, ignoredParameters = [], poolSize = 8, roles = [] } = options;
  const server = new URL(options.serverUrl);
  const users = join(dir, 'users.txt');
  await writeFile(users, [server.username, ...roles].map((role) => `"${role}" ""\n`).join(''));
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    pool_mode: poolMode,
    default_pool_size: poolSize,
    max_client_conn: 500,
    ...(ignoredParameters.length > 0 && { ignore_startup_parameters: ignoredParameters.join(',') }),
  };
  const path = join(dir, 'pgbouncer.ini');
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const databases = `[databases]\n* = host=${server.hostname} port=${server.port}\n`;
  await writeFile(path, `${databases}[pgbouncer]\n${lines.join('\n')}\n`);
  return path;
}

async function startOnPort(command: string, port: number, options: PgBouncerOptions): Promise<RunningServer> {
  const { dir, log = () => undefined } = options;
  const isRoot = process.getuid?.() === 0;
  const path = await configure(port, options);
  if (isRoot) {
    await chmod(dir, 0o755);
    await chown(dir, nobody, nobody);
  }
  const url = new URL(options.serverUrl);
  url.port = String(port);
  return startServer({
    name: 'PgBouncer',
    command,
    args: [path],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    user: isRoot ? { uid: nobody, gid: nobody } : {},
    stateDir: dir,
    url: url.href,
    port,
    // Ends at once; SIGINT would wait for whoever is connected.
    stopSignal: 'SIGTERM',
    isReady: () => takesConnections(port),
    log,
  });
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

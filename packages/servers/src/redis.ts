import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findOnPath, startInstalled } from './process/installed-server.ts';
import { type RunningServer, startServer } from './process/server-process.ts';

/** Where Redis keeps its files, and whether what it holds outlives it (`none` unless told). */
export type RedisOptions = {
  readonly dir: string;
  readonly port?: number;
  readonly persistence?: 'none' | 'aof';
  /** What clients have to give, letters and digits; without one none. */
  readonly password?: string;
  readonly log?: (line: string) => void;
};

/**
 * Starts the `redis-server` or `valkey-server` of the PATH on 127.0.0.1, with `noeviction` as BullMQ
 * demands; a server left behind in `dir` by a killed run is stopped first.
 */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  const command = await findRedisServer();
  if (command === null) {
    throw new Error('No redis-server or valkey-server on the PATH. Run: npm run setup');
  }
  return startInstalled(options, (port) => startOnPort(command, port, options));
}

/** The full path of a Redis-compatible server, or null when the machine has none. */
export const findRedisServer = (): Promise<string | null> => findOnPath(['redis-server', 'valkey-server']);

async function startOnPort(command: string, port: number, options: RedisOptions): Promise<RunningServer> {
  const { dir, persistence = 'none', password, log = () => {} } = options;
  const secrets = join(dir, 'secrets.conf');
  // Not an argument, which every local user could see.
  if (password !== undefined) await writeFile(secrets, `requirepass ${password}\n`, { mode: 0o600 });
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: persistence === 'aof' ? 'yes' : 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    databases: '16',
  };
  return startServer({
    name: 'Redis',
    command,
    args: [
      ...(password === undefined ? [] : [secrets]),
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stateDir: dir,
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    stopSignal: 'SIGTERM',
    isReady: (pid) => isLoaded(port, pid, password),
    log,
  });
}

/** Whether the server on that port is ours (not another that holds the port) and has read its files. */
async function isLoaded(port: number, pid: number, password: string | undefined): Promise<boolean> {
  const auth = password === undefined ? '' : `AUTH ${password}\r\n`;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let info = '';
    const finish = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => socket.write(`${auth}INFO server\r\nINFO persistence\r\n`));
    socket.on('data', (data) => {
      info += data.toString('latin1');
      const isOurs = /^process_id:(\d+)/m.exec(info)?.[1] === String(pid);
      const loading = /^loading:(\d)/m.exec(info)?.[1];
      if (loading !== undefined) finish(isOurs && loading === '0');
    });
  });
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { stopLeftover } from '../process/pid-file.ts';
import { processIdentity } from '../process/process-identity.ts';
import { type RunningServer, ServerStartError, startServer } from '../process/server-process.ts';
import { type PostgresAccount, preparePostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** Where PostgreSQL keeps its data, and whether that survives a crash of the machine (`full` unless told). */
export type PostgresOptions = {
  readonly dataDir: string;
  readonly port?: number;
  readonly durability?: 'full' | 'none';
  /** The folder of `initdb` and `postgres` to use in place of those that npm installed. */
  readonly binDir?: string | undefined;
  /** What the superuser has to give, of a folder that is initialised now; without one every local user is trusted. */
  readonly password?: string;
  readonly log?: (line: string) => void;
};

const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
const startWithinMs = 60_000;

/**
 * Starts the PostgreSQL that npm installed, unless told of another, on 127.0.0.1 without a Unix socket. The
 * superuser is `postgres`, and has no password unless told. An empty folder is initialised; a server left behind by a
 * killed run is stopped first; a data folder whose server was killed is recovered.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const log = options.log ?? (() => {});
  const account = await preparePostgresAccount(
    await findPostgresBinaries(options.binDir),
    resolve(options.dataDir),
    log,
  );
  await stopLeftover(account.dataDir, 'SIGINT');
  await initialiseOnce(account, options.password);
  const giveUpAt = performance.now() + startWithinMs;
  for (;;) {
    await removeStaleLock(account.dataDir);
    try {
      return await startOnPort(account, options.port ?? (await freePort()), { ...options, log });
    } catch (error) {
      if (!isPassing(error, options.port === undefined) || performance.now() > giveUpAt) throw error;
      await sleep(100);
    }
  }
}

/** Whether another try may help: the backends of a killed server end a little later than it. */
function isPassing(error: unknown, isPortChosenByUs: boolean): boolean {
  if (!(error instanceof ServerStartError)) return false;
  if (/shared memory block .* still in use/.test(error.message)) return true;
  return isPortChosenByUs && /Address already in use/.test(error.message);
}

/** The same order and the same letters on every platform, whatever locales it has; PostgreSQL has it built in from 17 on. */
async function localeArguments({ postgres }: PostgresBinaries): Promise<readonly string[]> {
  const { stdout } = await run(postgres, ['--version']).catch(() => ({ stdout: '' }));
  const major = Number(/\) (\d+)/.exec(stdout)?.[1] ?? 18);
  return major < 17 ? [] : ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}

async function initialiseOnce(account: PostgresAccount, password: string | undefined): Promise<void> {
  if (existsSync(join(account.dataDir, 'PG_VERSION'))) return;
  if (password === undefined) return initialise(account, ['--auth=trust']);
  // Not an argument, which every local user could see.
  const dir = await mkdtemp(join(tmpdir(), 'postroom-initdb-'));
  const file = join(dir, 'password');
  try {
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    const { uid, gid } = account.user;
    if (uid !== undefined && gid !== undefined) for (const path of [file, dir]) await chown(path, uid, gid);
    await initialise(account, ['--auth=scram-sha-256', `--pwfile=${file}`]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function initialise(
  { prefix, user, binaries, dataDir }: PostgresAccount,
  authentication: readonly string[],
): Promise<void> {
  const [command = '', ...args] = [
    ...prefix,
    binaries.initdb,
    `--pgdata=${dataDir}`,
    '--username=postgres',
    ...authentication,
    '--encoding=UTF8',
    '--locale=C',
    ...(await localeArguments(binaries)),
    '--no-sync',
    '--no-instructions',
  ];
  await run(command, args, { env: environment, cwd: '/', ...user }).catch((error: unknown) => {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new ServerStartError(`PostgreSQL could not set up ${dataDir}: ${words}`, { cause: error });
  });
}

/**
 * Removes the lock of a dead server. PostgreSQL does so itself, unless another process of the same
 * user has got the dead one's pid: then it would refuse to start for as long as that one runs.
 */
async function removeStaleLock(dataDir: string): Promise<void> {
  const lock = join(dataDir, 'postmaster.pid');
  const text = await readFile(lock, 'utf8').catch(() => null);
  if (text === null) return;
  const pid = Number.parseInt(text, 10);
  const isAlive = Number.isInteger(pid) && (await processIdentity(pid)) !== null;
  if (isAlive && (await commandOf(pid)).includes(dataDir)) return;
  await rm(lock, { force: true });
}

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout;
}

function startOnPort(
  { prefix, user, binaries, dataDir }: PostgresAccount,
  port: number,
  { durability = 'full', password, log = () => {} }: PostgresOptions,
): Promise<RunningServer> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // Commits still reach the kernel before they are answered: a killed server loses none. Tests prepare transactions.
    ...(durability === 'none'
      ? { fsync: 'off', full_page_writes: 'off', max_prepared_transactions: '5' }
      : {}),
  };
  const [command = '', ...args] = [
    ...prefix,
    binaries.postgres,
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  return startServer({
    name: 'PostgreSQL',
    command,
    args,
    env: environment,
    user,
    stateDir: dataDir,
    url: `postgresql://postgres${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}/postgres`,
    port,
    // Fast shutdown: connections are ended, a checkpoint is written.
    stopSignal: 'SIGINT',
    isReady: (pid) => isReady(dataDir, pid),
    log,
  });
}

/** What `pg_ctl -w` looks at: the lock file is of that process and its eighth line says `ready`. */
async function isReady(dataDir: string, pid: number): Promise<boolean> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === 'ready';
}

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  findRedisServer,
  freePort,
  type RunningServer,
  snsTestCertificatePem,
  snsTestPrivateKeyPem,
  startRedis,
  temporaryFolder,
} from '@postroom/servers';
import { eventually, sendRedisCommand } from '@postroom/testkit';
import { findRedisTrouble, neededBy, openWatchedQueue } from '../../src/index.ts';

let dir: string;
let server: RunningServer;
let secured: RunningServer;

beforeAll(async () => {
  dir = await temporaryFolder('trouble');
  [server, secured] = await Promise.all([
    startRedis({ dir: join(dir, 'open') }),
    startRedis({ dir: join(dir, 'secured') }),
  ]);
  await sendRedisCommand(secured.port, ['CONFIG', 'SET', 'requirepass', 'secret']);
});

afterEach(async () => {
  await tell('CONFIG', 'SET', 'maxmemory', '0');
  await tell('REPLICAOF', 'NO', 'ONE');
});

afterAll(async () => {
  await server?.stop();
  await secured?.stop();
  await rm(dir, { recursive: true, force: true });
});

const tell = (...words: string[]) => sendRedisCommand(server.port, words);
const look = (url: string, prefix = 'own') => findRedisTrouble({ url, prefix });

const wrongUrls: readonly (readonly [string, () => string, string])[] = [
  ['no password', () => secured.url, 'asks for a password'],
  ['a wrong password', () => `redis://:wrong@127.0.0.1:${secured.port}`, 'WRONGPASS'],
  ['an unknown user', () => `redis://nobody:secret@127.0.0.1:${secured.port}`, 'WRONGPASS'],
  ['a database that is not there', () => `${server.url}/99`, 'names a database'],
  ['TLS for a port without', () => `rediss://127.0.0.1:${server.port}`, 'speaks no TLS'],
  [
    'TLS for a port without, behind a password',
    () => `rediss://:secret@127.0.0.1:${secured.port}`,
    'speaks no TLS',
  ],
];

describe('a wrong setting is told from an outage, by name and with what to do,', () => {
  test.each(wrongUrls)('as %s is', async (_what, urlOf, words) => {
    const trouble = await look(urlOf());
    expect(trouble?.kind).toBe('setting');
    expect(trouble?.reason).toContain(words);
    expect(trouble?.reason).toContain('REDIS_URL');
    expect(trouble?.reason).not.toMatch(/wrong@|:secret|nobody/);
  });

  test('as no TLS for a port with it is', async () => {
    const tls = createTlsServer({ cert: snsTestCertificatePem, key: snsTestPrivateKeyPem }, (socket) =>
      socket.end(),
    );
    tls.on('tlsClientError', () => undefined);
    await withPort(tls, async (port) => {
      const trouble = await look(`redis://127.0.0.1:${port}`);
      expect(trouble).toMatchObject({ kind: 'setting', reason: expect.stringContaining('rediss://') });
    });
  });

  test('as a cluster is', async () => {
    const [port, busPort] = [await freePort(), await freePort()];
    const settings = { port, 'cluster-enabled': 'yes', 'cluster-port': busPort, save: '', dir };
    const cluster = spawn(
      (await findRedisServer()) ?? '',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      { stdio: 'ignore' },
    );
    try {
      await eventually(async () => (await look(`redis://127.0.0.1:${port}`))?.kind !== 'away');
      const trouble = await look(`redis://127.0.0.1:${port}`);
      expect(trouble).toMatchObject({ kind: 'setting', reason: expect.stringContaining('cluster mode') });
    } finally {
      cluster.kill('SIGKILL');
    }
  });

  test.each([
    ['other keys', ['~other:*', '+@all'], '~own:*'],
    ['no scripts', ['~*', '+@all', '-@scripting'], 'eval'],
    ['no scripts by name', ['~*', '+@all', '-evalsha'], 'evalsha'],
    ['no waiting', ['~*', '+@all', '-bzpopmin'], 'bzpopmin'],
    ['no streams', ['~*', '+@all', '-@stream'], 'xadd, xtrim'],
    ['reading alone', ['~*', '+@read', '+@scripting', '+info', '+ping', '+hello', '+client'], 'set, incr'],
    ['no ends of jobs', ['~*', '+@all', '-zrevrange', '-zremrangebyrank'], 'zrevrange, zremrangebyrank'],
    ['everything but one command of a script', ['~*', '+@all', '-rpoplpush'], 'rpoplpush'],
  ])('as a user is who is allowed %s', async (_what, rules, words) => {
    await tell('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', '&*', ...rules);
    const trouble = await look(`redis://app:secret@127.0.0.1:${server.port}`);
    expect(trouble?.kind).toBe('setting');
    expect(trouble?.reason).toContain('The user of REDIS_URL may not do what is needed');
    expect(trouble?.reason).toContain(words);
  });
});

/** Those of BullMQ's scripts that queues, workers and their views run here. */
const usedScripts =
  /^(?:add(?:Standard|Prioritized|Delayed)Job|move(?:ToActive|ToFinished|ToDelayed|JobFromActiveToWait|StalledJobsToWait)|extendLocks?|get(?:Counts|Metrics|Ranges|State\w*)|releaseLock|retryJob)-\d+\.js$/;

const textsIn = (folder: string, pattern: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));

test('every command of a script in use is tried at the start', () => {
  const [source, probe] = ['../../src/', '../../src/connection/find-redis-trouble.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const bullmq = join(dirname(createRequire(import.meta.url).resolve('bullmq')), 'scripts');
  const theirs = textsIn(bullmq, usedScripts);
  expect(theirs.length).toBeGreaterThan(12);
  const called = [...theirs, ...textsIn(source ?? '', /\.ts$/)].flatMap((text) =>
    [...text.matchAll(/\b(?:rcall|redis\.p?call)\(\s*['"](\w+)['"]/g)].map(([, name = '']) =>
      name.toLowerCase(),
    ),
  );
  const tried = [...readFileSync(probe ?? '', 'utf8').matchAll(/\btry\('(\w+)'/g)].map(([, name]) => name);
  expect(called.filter((name) => !tried.includes(name))).toEqual([]);
});

/** Starts a process as far as its Redis goes, and answers what it logged and what ended it. */
async function startOn(url: string, needed: (typeof neededBy)[keyof typeof neededBy]) {
  const lines: object[] = [];
  const log = (level: string) => (line: object) => void lines.push({ level, ...line });
  const closers: (() => Promise<void> | void)[] = [];
  const foundation = {
    logger: { info: log('info'), error: log('error') },
    errors: { note: log('warn') },
    closeStack: { defer: (_name: string, close: () => Promise<void> | void) => void closers.push(close) },
  };
  const config = { REDIS_URL: url, QUEUE_PREFIX: 'own' };
  const ended = await openWatchedQueue(config, foundation, needed).then(
    () => null,
    (error: Error) => error.message,
  );
  for (const close of closers.reverse()) await close();
  return { ended, lines };
}

test.each(wrongUrls)(
  'a process that takes mail and has %s goes on, and says so',
  async (_what, urlOf, words) => {
    const { ended, lines } = await startOn(urlOf(), neededBy.producers);
    expect(ended).toBeNull();
    const problem = expect.stringContaining(words);
    expect(lines[0]).toEqual({ level: 'error', event: 'redis_misconfigured', problem });
  },
);

test.each(wrongUrls)('a worker with %s ends at its start, and says why', async (_what, urlOf, words) => {
  const { ended, lines } = await startOn(urlOf(), neededBy.workers);
  expect(ended).toContain(words);
  expect(ended).toContain('REDIS_URL');
  expect(lines).toEqual([]);
});

test.each(Object.entries(neededBy))('none of the %s starts on a Redis that evicts', async (_who, needed) => {
  await tell('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  expect((await startOn(server.url, needed)).ended).toContain('set it to noeviction');
  await tell('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  expect(await startOn(server.url, needed)).toEqual({ ended: null, lines: [] });
});

test.each([
  ['is full', () => tell('CONFIG', 'SET', 'maxmemory', '1mb'), 'OOM'],
  ['is a replica', () => tell('REPLICAOF', '127.0.0.1', '1'), 'READONLY'],
])('a Redis that %s refuses, and may be well again', async (_what, refuse, words) => {
  await refuse();
  expect(await look(server.url)).toMatchObject({ kind: 'refuses', reason: expect.stringContaining(words) });
});

test('a port that nobody listens on is an outage, and so is one where something else answers', async () => {
  expect(await look(`redis://127.0.0.1:${await freePort()}`)).toMatchObject({ kind: 'away' });
  await withPort(createHttpServer(), async (port) => {
    expect((await look(`redis://127.0.0.1:${port}`))?.kind).toMatch(/away|setting/);
  });
});

test('a Redis that is well has none, also for a user with the keys of the prefix alone, and keeps nothing of the look', async () => {
  await tell('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', '~own:*', '+@all', '-@dangerous', '+info');
  expect(await look(`redis://app:secret@127.0.0.1:${server.port}`)).toBeNull();
  expect(await look(`${server.url}/3`)).toBeNull();
  expect(await tell('KEYS', '*probe*')).toBe('*0');
});

async function withPort(listener: Server, use: (port: number) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    await use((listener.address() as AddressInfo).port);
  } finally {
    listener.close();
  }
}

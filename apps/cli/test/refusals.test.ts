import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import { createTestDatabase, redisPrefix, type TestDatabase, testRedisUrl } from '@postroom/testkit';
import { runCli, runHere, temporaryHome } from './cli.ts';

const { home, env, remove } = temporaryHome();
const taken = createServer();
let takenPort: string;
let database: TestDatabase;

beforeAll(async () => {
  takenPort = String(await freePort());
  await new Promise<void>((resolve) => taken.listen(Number(takenPort), '127.0.0.1', resolve));
  database = await createTestDatabase();
});

afterAll(async () => {
  taken.close();
  await database.drop();
  remove();
});

test('a port that is taken is named, with the command that uses another', async () => {
  const { code, text } = await runCli(['up', '--port', takenPort], { ...env, npm_lifecycle_event: 'up' });
  expect(code).toBe(1);
  expect(text).toContain(`Port ${takenPort} is taken`);
  expect(text).toMatch(/Run: npm run up -- --port \d+/);
  expect(existsSync(home.runFile)).toBe(false);
});

test('a process that does not start says why, and nothing stays up', async () => {
  const { code, text } = await runCli(['up', '--port', String(await freePort())], {
    ...env,
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: redisPrefix(),
    WORKER_CONCURRENCY: 'many',
  });
  expect(code).toBe(1);
  expect(text).toContain('worker-1 ended with code 1 before it was ready');
  expect(text).toContain('WORKER_CONCURRENCY: expected a whole number');
  expect(existsSync(home.runFile)).toBe(false);
});

test('the database of an installation is not served with a local SES, which would take its mail', async () => {
  const used = await createTestDatabase();
  try {
    const url = used.url;
    const made = await runCli(['keys', 'create', '--name', 'shop', '--scope', 'full'], {
      ...env,
      DATABASE_URL: url,
    });
    const up = ['up', '--port', String(await freePort())];
    const given = { ...env, DATABASE_URL: url, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: redisPrefix() };
    const { code, text } = await runCli(up, given);
    expect(code).toBe(1);
    expect(text).toContain('The database of DATABASE_URL is in use');
    // Whoever has a key of it may: it goes on, and ends by what is wrong next.
    const [BOOTSTRAP_API_KEY] = /sk_live_[A-Za-z0-9_-]+/.exec(made.text) ?? [];
    const next = await runCli(up, { ...given, BOOTSTRAP_API_KEY, WORKER_CONCURRENCY: 'many' });
    expect(next.text).toContain('WORKER_CONCURRENCY: expected a whole number');
  } finally {
    await used.drop();
  }
});

test('a database that does not answer is named, and its password is not', async () => {
  const { code, text } = await runCli(['up', '--port', String(await freePort())], {
    ...env,
    DATABASE_URL: 'postgresql://postroom:hunter2@127.0.0.1:1/postroom',
  });
  expect(code).toBe(1);
  expect(text).toContain('The database of DATABASE_URL does not answer');
  expect(text).not.toContain('hunter2');
});

test.each([
  [['sideways'], 'There is no command "sideways"'],
  [['up', '--sideways'], "Unknown option '--sideways'"],
  [['up', '--port'], "Option '--port <value>' argument missing"],
  [['up', '--workers', 'many'], '--workers takes a whole number from 1 to 64, not "many"'],
  [['keys', 'create', '--name', 'x', '--scope', 'all'], '--scope takes one or more of emails:write'],
  [['keys', 'create', '--name', 'x'], 'full, or operator alone'],
  [['rate', '0'], 'rate takes recipients per second from 0.1 to 100000, or auto, not "0"'],
  [['rate', '1e3'], 'not "1e3"'],
  [['rate', '5', '6'], 'rate takes one number, or auto'],
  [['keys', 'rotate-links', '--workspace', 'shop'], '--workspace must be the id of a workspace'],
  [['keys', 'create', '--name', 'x', '--scope', 'operator', '--scope', 'full'], 'operator stands alone'],
  [['accounts', 'create', '--name', 'eu', '--region', 'Ireland'], 'accounts create takes --region'],
  [['workspaces', 'burn'], 'workspaces takes create or list, not "burn"'],
  [['workspaces', 'create'], '--name'],
  [['keys', 'burn'], 'keys takes create, list, revoke or rotate-links, not "burn"'],
])('%j ends with code 2 and says why', async (args, message) => {
  const { code, text } = await runHere(args, env);
  expect(text).toContain(message);
  expect(code).toBe(2);
});

test('doctor names everything that is missing and the command that mends it', async () => {
  const { code, text } = await runHere(['doctor', '--port', takenPort], {
    POSTROOM_HOME: '/dev/null/postroom',
    DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/postroom',
    PATH: '/nonexistent',
  });
  expect(code).toBe(1);
  expect(text).toContain('The database of DATABASE_URL does not answer');
  expect(text).toMatch(/No redis-server or valkey-server on the PATH\.\n +Run: npm run setup/);
  expect(text).toContain(`Port ${takenPort} is taken`);
  expect(text).toContain('/dev/null/postroom cannot be written');
  expect(text).toContain('4 to mend.');
});

test('doctor ends with code 0 where everything is there', async () => {
  const { code, text } = await runHere(['doctor', '--port', String(await freePort())], env);
  expect(text).toContain('Everything is there.');
  expect(code).toBe(0);
});

test('keys without a database says what to do', async () => {
  const { code, text } = await runHere(['keys', 'list'], env);
  expect(code).toBe(1);
  expect(text).toContain('DATABASE_URL is not set and nothing is up here');
});

/** Nothing that is asked answers, and nothing that is written to can be. */
const nowhere = {
  POSTROOM_HOME: '/dev/null/postroom',
  DATABASE_URL: 'postgresql://postroom:hunter2@127.0.0.1:1/postroom',
  REDIS_URL: 'redis://127.0.0.1:1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  SES_EVENTS_QUEUE_URL: 'http://127.0.0.1:1/123456789012/postroom-events',
  POSTROOM_URL: 'http://127.0.0.1:1',
  POSTROOM_KEY: 'sk_live_x',
  RESEND_API_KEY: 're_x',
};

test.each([
  [['migrate']],
  [['keys', 'list']],
  [['workspaces', 'list']],
  [['accounts', 'list']],
  [['rate', '5']],
  [['ses', 'setup', '--domain', 'example.com', '--region', 'us-east-1', '--env', '/nope/x']],
  [['ses', 'check', '--domain', 'example.com', '--env', '/nope/x']],
  [['local-ses', '--certificate-file', '/nope/x']],
])('%j says in words what cannot be reached or written, and shows no stack', async (args) => {
  const { code, text } = await runHere(args, nowhere);
  expect(code).toBe(1);
  expect(text).not.toMatch(/^ {4}at |hunter2/m);
});

test('status goes on while PostgreSQL is away, which it says', async () => {
  const { DATABASE_URL } = nowhere;
  const given = { DATABASE_URL, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: redisPrefix() };
  const { code, lines } = await runHere(['status', '--json'], given);
  expect(code).toBe(1);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ silent: ['PostgreSQL'] });
  expect(lines.slice(0, -1)).toEqual([expect.stringContaining('does not answer: connect ECONNREFUSED')]);
});

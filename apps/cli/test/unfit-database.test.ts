import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  eventually,
  redisPrefix,
  runSql,
  spawnNode,
  startTcpProxy,
  testDatabaseServerUrl,
  testRedisUrl,
} from '@postroom/testkit';
import { runHere, temporaryHome } from './cli.ts';
import { heardTerminal } from './heard-terminal.ts';

const names = {
  empty: `empty_${randomBytes(6).toString('hex')}`,
  latin: `latin_${randomBytes(6).toString('hex')}`,
};
const home = temporaryHome();

beforeAll(async () => {
  await runSql(testDatabaseServerUrl(), `CREATE DATABASE ${names.empty}`);
  await runSql(
    testDatabaseServerUrl(),
    `CREATE DATABASE ${names.latin} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
  );
});

afterAll(async () => {
  for (const name of Object.values(names))
    await runSql(testDatabaseServerUrl(), `DROP DATABASE ${name} WITH (FORCE)`);
  home.remove();
});

const urlOf = (name: string, search = '') => {
  const url = new URL(testDatabaseServerUrl());
  url.password = 'hunter2';
  url.pathname = `/${name}`;
  return `${url.href}${search}`;
};

/** How the process ends with that database, and what it says. */
async function ends(entry: 'api' | 'worker', databaseUrl: string) {
  const started = await spawnNode({
    entry: `apps/${entry}/src/main.ts`,
    env: { DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:1', PORT: '0' },
  });
  const { code } = await started.exited;
  return { code, text: started.lines.join('\n') };
}

/** What else is looked at is not there, so that nobody waits for it. */
const away = {
  REDIS_URL: 'redis://127.0.0.1:1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: 'x',
};

const cli = (command: readonly string[], databaseUrl: string) =>
  runHere(command, { ...home.env, ...away, DATABASE_URL: databaseUrl });

test('a database without tables is told to be migrated by whatever works with them, and doctor says the same', async () => {
  const url = urlOf(names.empty);
  const processes = Promise.all([ends('api', url), ends('worker', url)]);
  const keys = await cli(['keys', 'list'], url);
  const doctor = await cli(['doctor'], url);
  for (const { code, text } of [...(await processes), keys]) {
    expect(text).toContain(
      'The schema public of DATABASE_URL has no tables of Postroom yet. Run: npm run db:migrate',
    );
    expect(code).toBe(1);
  }
  expect(doctor.text).toMatch(/The database of DATABASE_URL lacks \d+ migration/);
});

test('whoever watches while PostgreSQL is away is told when it comes back without tables', async () => {
  const url = new URL(urlOf(names.empty));
  const proxy = await startTcpProxy({ target: { port: Number(url.port), host: url.hostname } });
  url.host = `127.0.0.1:${proxy.port}`;
  await proxy.refuse();
  const heard = heardTerminal();
  const redis = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: redisPrefix() };
  const watching = runHere(['status', '--watch', '--json'], { ...redis, DATABASE_URL: url.href }, heard);
  try {
    await eventually(() => heard.lines.length > 1);
    expect(heard.lines[0]).toContain('does not answer: connect ECONNREFUSED');
    expect(JSON.parse(heard.lines[1] ?? '')).toMatchObject({ silent: ['PostgreSQL'] });
  } finally {
    await proxy.resume();
  }
  const { code, text } = await watching;
  await proxy.stop();
  expect(code).toBe(1);
  expect(text).toContain('has no tables of Postroom yet. Run: npm run db:migrate');
});

test.each([
  ['is encoded in LATIN1', () => urlOf(names.latin)],
  ['DATABASE_URL: statement_cache_size is no parameter', () => urlOf(names.empty, '?statement_cache_size=0')],
  ['DATABASE_URL: sslmod is no parameter that Postroom knows', () => urlOf(names.empty, '?sslmod=require')],
])('whatever meets it says "%s", and not the password', async (why, url) => {
  const processes = Promise.all([ends('api', url()), ends('worker', url())]);
  const commands = [await cli(['migrate'], url()), await cli(['doctor', '--running'], url())];
  // What does not need the database is looked at all the same.
  expect(commands[1]?.text).toMatch(/PUBLIC_URL/);
  for (const { code, text } of [...(await processes), ...commands]) {
    // A stack is for those who mend Postroom, and would hide what is to be done.
    expect(text).not.toMatch(/^ {4}at /m);
    expect(text).toContain(why);
    expect(text).not.toContain('hunter2');
    expect(code).toBe(1);
  }
});

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { closeRedis, holdsKey, openImpatientRedis, prefixOfAccount } from '@postroom/redis';
import {
  openDatabaseView,
  redisPrefix,
  repositoryRoot,
  runSql,
  testDatabaseServerUrl,
  testRedisUrl,
} from '@postroom/testkit';
import { runCli, runHere } from './cli.ts';

const prefix = redisPrefix();
const name = `cli_migrate_${process.pid}`;
let url: string;

beforeAll(async () => {
  const server = testDatabaseServerUrl();
  await runSql(server, `CREATE DATABASE ${name}`);
  url = new URL(`/${name}`, server).href;
});

afterAll(() => runSql(testDatabaseServerUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

test('migrate names what it applied, and then has nothing to apply', async () => {
  const first = await runHere(['migrate'], { DATABASE_URL: url });
  expect(first.text).toMatch(/^Applied \d{14}_init/m);
  expect(first.code).toBe(0);
  const second = await runHere(['migrate'], { DATABASE_URL: url });
  expect(second.text).toContain('Nothing to apply');
  expect(second.code).toBe(0);
});

test('keys made in the database of DATABASE_URL need no stack', async () => {
  const { code, text } = await runHere(
    ['keys', 'create', '--name', 'T', '--scope', 'full', '--mode', 'test'],
    {
      DATABASE_URL: url,
    },
  );
  expect(text).toMatch(/^sk_test_[\w-]{32}$/m);
  expect(code).toBe(0);
});

test('a workspace is made, and a key of it, limited to a sender profile that is named', async () => {
  const env = { DATABASE_URL: url, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
  const redis = openImpatientRedis({ url: env.REDIS_URL, onError: () => undefined });
  await once(redis, 'ready');
  const made = await runHere(['workspaces', 'create', '--name', 'Shop'], env);
  const [id = ''] = /^[0-9a-f-]{36}$/m.exec(made.text) ?? [];
  const sender = '0199aaaa-0000-7000-8000-00000000000b';
  await runSql(
    url,
    `INSERT INTO sender_profiles (id, workspace_id, name, from_email, from_key, updated_at)
     VALUES ('${sender}', '${id}', 'Shop', 'a@shop.test', 'a@shop.test', now())`,
  );
  const key = ['keys', 'create', '--name', 'T', '--scope', 'emails:write', '--sender', 'Shop', '--workspace'];
  expect((await runHere([...key, id], env)).code).toBe(0);
  const operator = await runHere(['keys', 'create', '--name', 'Ops', '--scope', 'operator'], env);
  expect(operator.text).toMatch(/^sk_live_[\w-]{32}$/m);
  const account = ['accounts', 'create', '--name', 'eu', '--region', 'eu-west-1', '--profile', 'postroom-eu'];
  expect((await runHere(account, env)).code).toBe(0);
  expect((await runHere(['accounts', 'use', 'eu', '--sender', sender], env)).code).toBe(0);
  await runSql(url, "UPDATE sender_profiles SET verified_at = now(), flagged_reason = 'x'");
  expect(
    (await runHere(['accounts', 'update', 'eu', '--region', 'eu-west-2', '--profile', ''], env)).code,
  ).toBe(0);
  const remove = () => runHere(['accounts', 'remove', 'eu'], env);
  expect(await remove()).toMatchObject({ code: 1, text: expect.stringContaining('1 sender profiles') });
  const listed = await runHere(['workspaces', 'list'], env);
  expect(listed.text).toContain(`${id}  Shop: 0 waiting`);
  const view = openDatabaseView(url);
  try {
    const rows = await view.rows(
      'SELECT workspace_id, scopes, sender_profile_ids AS senders FROM api_keys ORDER BY id',
    );
    expect(rows.slice(-2)).toMatchObject([
      { workspace_id: id, scopes: ['emails:write'], senders: [sender] },
      { scopes: ['operator'], senders: null },
    ]);
    expect(rows.at(-1)?.workspace_id).not.toBe(id);
    const [assigned] = await view.rows(
      'SELECT a.*, p.verified_at, p.flagged_reason FROM ses_accounts a JOIN sender_profiles p ON p.account_id = a.id',
    );
    expect(assigned).toMatchObject({
      name: 'eu',
      profile: null,
      endpoint: 'https://email.eu-west-2.amazonaws.com',
      verified_at: null,
      flagged_reason: null,
    });
    expect((await runHere(['accounts', 'use', 'default', '--sender', sender], env)).code).toBe(0);
    expect(await remove()).toMatchObject({
      code: 1,
      text: expect.stringContaining('within the last ten minutes'),
    });
    await runSql(url, "UPDATE ses_accounts SET left_at = now() - interval '1 hour'");
    const nowhere = await runHere(['accounts', 'remove', 'eu'], { ...env, REDIS_URL: 'redis://127.0.0.1:1' });
    expect(nowhere).toMatchObject({ code: 1, text: expect.stringContaining('Nothing is removed') });
    const { id: accountId } = assigned ?? {};
    await redis.sadd(`${prefix}:accounts`, String(accountId));
    await redis.hset(holdsKey(prefixOfAccount(prefix, String(accountId))), 'a', '1');
    expect((await remove()).code).toBe(0);
    expect(await redis.keys(`${prefix}:*`)).toEqual([]);
    expect(await view.rows('SELECT id FROM ses_accounts')).toEqual([]);
  } finally {
    await view.close();
    await closeRedis(redis);
  }
});

test('a name moves nothing about on the terminal of whoever lists it', async () => {
  const given = { DATABASE_URL: url, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
  expect(
    (await runCli(['keys', 'create', '--scope', 'full', '--name', 'x\u001b[2Khidden\u001b[1A'], given)).code,
  ).toBe(0);
  const { text } = await runCli(['keys', 'list'], given);
  expect(text).toContain('x\ufffd[2Khidden\ufffd[1A');
  expect(text).not.toContain('\u001b');
});

test('watching ends when nobody reads it any more', async () => {
  const watch = `"${process.execPath}" --import tsx --conditions=@postroom/source apps/cli/src/main.ts status --watch --json`;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    DATABASE_URL: url,
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: prefix,
  };
  const { stdout } = await promisify(execFile)('bash', ['-c', `${watch} | head -n 1`], {
    cwd: repositoryRoot,
    env,
  });
  expect(JSON.parse(stdout)).toHaveProperty('at');
});

test('links are signed with new secrets in all workspaces, each its own, or in one', async () => {
  const one = '0199aaaa-0000-7000-8000-00000000000a';
  const env = { DATABASE_URL: url };
  const view = openDatabaseView(url);
  const secrets = async () => {
    const rows = await view.rows(
      `SELECT id, encode(link_secret, 'hex') AS secret FROM workspaces ORDER BY id`,
    );
    return new Map(rows.map(({ id, secret }) => [String(id), String(secret)]));
  };
  try {
    await runSql(url, `INSERT INTO workspaces (id, name) VALUES ('${one}', 'One')`);
    const before = await secrets();
    const all = await runHere(['keys', 'rotate-links'], env);
    expect([all.code, all.text]).toEqual([0, expect.stringContaining(`all workspaces (${before.size})`)]);
    const after = await secrets();
    expect(after.size).toBeGreaterThan(1);
    expect(new Set([...before.values(), ...after.values()]).size).toBe(2 * after.size);
    expect((await runHere(['keys', 'rotate-links', '--workspace', one], env)).code).toBe(0);
    const last = [...(await secrets())].filter(([id, secret]) => after.get(id) !== secret);
    expect(last.map(([id]) => id)).toEqual([one]);
    const nobody = await runHere(['keys', 'rotate-links', '--workspace', one.replace('a', 'b')], env);
    expect([nobody.code, nobody.text]).toEqual([1, expect.stringContaining('There is no workspace')]);
  } finally {
    await view.close();
  }
});

test('the rate of all workers is shown, set and taken back', async () => {
  const env = { DATABASE_URL: url };
  expect(await runHere(['rate', '12.5'], env)).toMatchObject({
    code: 0,
    text: expect.stringContaining('at most 12.5 recipients per second'),
  });
  expect((await runHere(['rate'], env)).text).toMatch(/^12\.5 recipients per second, set at \d{4}-/);
  expect((await runHere(['rate', 'auto'], env)).code).toBe(0);
  expect((await runHere(['rate'], env)).text).toContain('None is set');
});

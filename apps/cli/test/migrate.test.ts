import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runSql, testDatabaseServerUrl } from '@postroom/testkit';
import { runCli } from './cli.ts';

const name = `cli_migrate_${process.pid}`;
let url: string;

beforeAll(async () => {
  const server = testDatabaseServerUrl();
  await runSql(server, `CREATE DATABASE ${name}`);
  url = new URL(`/${name}`, server).href;
});

afterAll(() => runSql(testDatabaseServerUrl(), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

test('migrate names what it applied, and then has nothing to apply', async () => {
  const first = await runCli(['migrate'], { DATABASE_URL: url });
  expect(first.text).toMatch(/^Applied \d{14}_init/m);
  expect(first.code).toBe(0);
  const second = await runCli(['migrate'], { DATABASE_URL: url });
  expect(second.text).toContain('Nothing to apply');
  expect(second.code).toBe(0);
});

test('keys made in the database of DATABASE_URL need no stack', async () => {
  const { code, text } = await runCli(
    ['keys', 'create', '--name', 'T', '--scope', 'full', '--mode', 'test'],
    {
      DATABASE_URL: url,
    },
  );
  expect(text).toMatch(/^sk_test_[\w-]{32}$/m);
  expect(code).toBe(0);
});

test('the rate of all workers is shown, set and taken back', async () => {
  const env = { DATABASE_URL: url };
  expect(await runCli(['rate', '12.5'], env)).toMatchObject({
    code: 0,
    text: expect.stringContaining('at most 12.5 recipients per second'),
  });
  expect((await runCli(['rate'], env)).text).toMatch(/^12\.5 recipients per second, set at \d{4}-/);
  expect((await runCli(['rate', 'auto'], env)).code).toBe(0);
  expect((await runCli(['rate'], env)).text).toContain('None is set');
});

import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  emailSendSchema,
  itemsBatchResponseSchema,
  senderProfileSchema,
  templateSchema,
} from '@postroom/contracts';
import { freePort } from '@postroom/servers';
import { eventually, runSql, type SpawnedNode, sendRedisCommand } from '@postroom/testkit';
import * as z from 'zod';
import { createApiClient } from '../src/demo/api-client.ts';
import type { StackFile } from '../src/stack/stack-file.ts';
import { allGone, isRunning, runCli, stackOf, startCli, temporaryHome } from './cli.ts';

const { home, env: homeEnv, remove } = temporaryHome();
const env = { ...homeEnv, BOOTSTRAP_API_KEY: `sk_live_${'b'.repeat(32)}` };
let cli: SpawnedNode;
let stack: StackFile;
let port: number;

beforeAll(async () => {
  port = await freePort();
  cli = await startCli(['up', '--port', String(port), '--workers', '2'], env);
  stack = await stackOf(home.dir);
});

afterAll(async () => {
  await cli.stop();
  remove();
});

const statusOf = async (key: string) => {
  const response = await fetch(`${stack.apiUrl}/api/v1/templates`, { headers: { 'x-api-key': key } });
  await response.body?.cancel();
  return response.status;
};

const recordedChildren = () =>
  z
    .object({ children: z.array(z.object({ name: z.string(), pid: z.int() })) })
    .parse(JSON.parse(readFileSync(home.runFile, 'utf8'))).children;

const recordedChild = (name: string) => recordedChildren().find((child) => child.name === name)?.pid;

test('stack.json names the servers and the processes', async () => {
  expect(stack.apiUrl).toBe(`http://127.0.0.1:${port}`);
  expect(stack.databaseUrl).toMatch(/^postgresql:/);
  expect(stack.redisUrl).toMatch(/^redis:/);
  expect((await fetch(`${stack.apiUrl}/readyz`)).status).toBe(200);
  expect((await fetch(stack.inboxUrl ?? '')).status).toBe(200);
  expect([stack.api.length, stack.smtp.length, stack.workers.length]).toEqual([1, 1, 2]);
  for (const pid of [...stack.api, ...stack.smtp, ...stack.workers]) expect(await isRunning(pid)).toBe(true);
});

test('SMTP greets at smtpUrl', async () => {
  const { hostname, port: smtpPort } = new URL(stack.smtpUrl);
  const socket = connect(Number(smtpPort), hostname);
  const [greeting] = await once(socket, 'data');
  expect(String(greeting)).toMatch(/^220 .* ESMTP Postroom/);
  socket.destroy();
});

test('the servers let nobody in without their password', async () => {
  for (const password of ['', 'postgres']) {
    const url = new URL(stack.databaseUrl);
    url.password = password;
    await expect(runSql(url.href, 'SELECT 1')).rejects.toThrow(/password/);
  }
  const port = Number(new URL(stack.redisUrl).port);
  await expect(sendRedisCommand(port, ['PING'])).rejects.toThrow(/NOAUTH/);
});

test.each(['runFile', 'stackFile', 'passwordFile'] as const)('the %s is for its owner alone', (file) => {
  expect(statSync(home[file]).mode & 0o777).toBe(0o600);
});

test('the key of BOOTSTRAP_API_KEY works and is the one that is printed', async () => {
  expect(await statusOf(env.BOOTSTRAP_API_KEY)).toBe(200);
  await cli.waitForLine(new RegExp(`Key +${env.BOOTSTRAP_API_KEY}`));
});

test('status says what waits, who sends and what failed, as text and as JSON', async () => {
  const { code, text } = await runCli(['status'], env);
  expect(code).toBe(0);
  expect(text).toMatch(/^ {2}Waiting +0 transactional, 0 marketing$/m);
  expect(text).toMatch(
    /^ {2}Workers +\S+-\d+, [\d.]+, up to \d+ at once, \d+ sends? in \d+ s\n {13}\S+-\d+, /m,
  );
  expect(text).toMatch(/^ {2}Accepted +\d+ this minute, \d+ in an hour$/m);
  expect(text).toMatch(/^ {2}Failures +nothing within the last hour$/m);
  const json = await runCli(['status', '--json'], env);
  expect(JSON.parse(json.text)).toMatchObject({
    silent: [],
    failures: { causes: [], isPartial: false },
    holds: [],
  });
});

test('the doctor finds nothing to mend, whatever rights there are at AWS', async () => {
  const { code, text } = await runCli(['doctor', '--running'], { ...env, AWS_PROFILE: 'of-nobody' });
  expect(text).toContain('Everything is there.');
  expect(code).toBe(0);
});

test('a key made at the command line works until it is revoked there', async () => {
  const created = await runCli(['keys', 'create', '--name', 'Shop', '--scope', 'templates:read'], env);
  const key = /sk_live_\S+/.exec(created.text)?.[0] ?? '';
  expect(await statusOf(key)).toBe(200);
  const listed = await runCli(['keys', 'list'], env);
  expect(listed.text).toMatch(new RegExp(`${key.slice(0, 14)} +active .*templates:read +any +Shop`));
  expect(listed.text).not.toContain(key);

  const revoked = await runCli(['keys', 'revoke', key.slice(0, 14)], env);
  expect(revoked.code).toBe(0);
  await eventually(async () => (await statusOf(key)) === 401);
});

test('a mail arrives in the local SES, whose signed events say that it was delivered', async () => {
  const api = createApiClient({
    apiUrl: stack.apiUrl,
    key: env.BOOTSTRAP_API_KEY,
    signal: new AbortController().signal,
  });
  const sender = await api.post(
    '/sender-profiles',
    { name: 'A', fromEmail: 'a@acme.example' },
    senderProfileSchema,
  );
  const template = await api.post(
    '/templates',
    { name: 'T', subject: 'Hello', html: '<p>Hello</p>', senderProfileId: sender.id },
    templateSchema,
  );
  const item = { idempotencyKey: 'one', templateId: template.id, to: { email: 'jane@example.com' } };
  const batch = await api.post('/emails/batch', { items: [item] }, itemsBatchResponseSchema);
  const [result] = batch.items;
  if (result?.status !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  await eventually(async () => {
    const send = await api.get(`/emails/${result.send.id}`, emailSendSchema);
    return send.status === 'Sent' && send.delivery === 'delivered';
  });
});

test('a second up in the same folder is refused, naming the first', async () => {
  const second = await runCli(['up', '--port', String(await freePort())], env);
  expect(second.code).toBe(1);
  expect(second.text).toContain(`as process ${cli.pid}`);
});

test.each(['workers', 'api', 'smtp'] as const)(
  'a killed one of %s is replaced, and stack.json follows',
  async (kind) => {
    const before = await stackOf(home.dir, (now) => now.workers.length === 2 && now.api.length === 1);
    const [killed] = before[kind];
    if (killed === undefined) throw new Error(`there is none of ${kind}`);
    process.kill(killed, 'SIGKILL');
    const isReplaced = (now: StackFile) =>
      now[kind].length === before[kind].length && !now[kind].includes(killed);
    const after = await stackOf(home.dir, isReplaced);
    for (const pid of after[kind]) expect(await isRunning(pid)).toBe(true);
    await cli.waitForLine(
      new RegExp(`process ${killed}\\) was ended by SIGKILL; starting it again in 0\\.5 s`),
    );
  },
);

test.each(['PostgreSQL', 'Redis'])('a %s that dies is started again where it was', async (name) => {
  const before = recordedChild(name);
  if (before === undefined) throw new Error(`there is no ${name}`);
  process.kill(before, 'SIGKILL');
  await cli.waitForLine(`${name} (process ${before}) ended; starting it again`);
  // It is not among them from its end to its next start.
  await eventually(() => ![before, undefined].includes(recordedChild(name)));
  await eventually(async () => {
    const response = await fetch(`${stack.apiUrl}/readyz`);
    return z.object({ status: z.string() }).parse(await response.json()).status === 'ok';
  });
  const { databaseUrl, redisUrl } = await stackOf(home.dir);
  expect([databaseUrl, redisUrl]).toEqual([stack.databaseUrl, stack.redisUrl]);
});

test('SIGTERM ends every process and removes stack.json', async () => {
  const pids = recordedChildren().map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThanOrEqual(6);
  const { code } = await cli.stop();
  expect(code).toBe(0);
  await allGone(pids);
  expect(existsSync(home.stackFile)).toBe(false);
  expect(existsSync(home.runFile)).toBe(false);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

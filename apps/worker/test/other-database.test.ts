import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, temporaryFolder } from '@postroom/servers';
import {
  createTestDatabase,
  eventually,
  ownSession,
  runSql,
  type Stack,
  startPgBouncer,
  startStack,
} from '@postroom/testkit';
import { acceptedIds } from './sending.ts';

/** A database far west of Greenwich, in its own formats, behind PgBouncer as Debian sets it up, a transaction at a time. */
const closers: (() => Promise<unknown>)[] = [];
let stack: Stack;
let templateId: string;
let workerPort: number;

beforeAll(async () => {
  const database = await createTestDatabase();
  closers.unshift(() => database.drop());
  const name = new URL(database.url).pathname.slice(1);
  await runSql(database.url, `ALTER DATABASE ${name} SET timezone = 'America/Los_Angeles'`);
  for (const setting of ['datestyle', 'default_transaction_isolation', 'extra_float_digits', 'array_nulls']) {
    await runSql(database.url, `ALTER DATABASE ${name} RESET ${setting}`);
  }
  const dir = await temporaryFolder('pooler');
  closers.unshift(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o755);
  const serverUrl = String(ownSession(database.url).connectionString);
  const pooler = await startPgBouncer({
    dir: join(dir, 'pooler'),
    serverUrl,
    poolMode: 'transaction',
    poolSize: 5,
  });
  closers.unshift(() => pooler.stop());
  const pooled = new URL(serverUrl);
  pooled.port = String(pooler.port);
  workerPort = await freePort();
  stack = await startStack({
    databaseUrl: pooled.href,
    workerEnv: { WORKER_PORT: String(workerPort), WORKER_HOST: '127.0.0.1' },
  });
  closers.unshift(() => stack.stop());
  templateId = await stack.makeTemplate();
});

afterAll(async () => {
  for (const close of closers) await close();
});

const fieldOf = (body: unknown, name: string): string =>
  typeof body === 'object' && body !== null ? String(Reflect.get(body, name)) : '';

const anEmail = (overrides: Record<string, unknown> = {}) => ({
  from: 'Acme <hello@acme.test>',
  to: ['a@customer.example'],
  subject: 'x',
  text: 'x',
  ...overrides,
});

const emailIdOf = (body: unknown): string => /em_[0-9a-z]{26}/.exec(JSON.stringify(body))?.[0] ?? 'none';

async function read(id: string): Promise<unknown> {
  const { body } = await stack.client.get(`/emails/${id}`);
  return typeof body === 'object' && body !== null && 'email' in body ? body.email : body;
}

test('many batches at once are all taken, and every send goes out once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      stack.client.post('/emails/batch', {
        items: [0, 1, 2].map((index) => ({
          idempotencyKey: `many-${at}-${index}`,
          templateId,
          to: { email: `many-${at}-${index}@example.com` },
          data: { name: 'N' },
        })),
      }),
    ),
  );
  const ids = answers.flatMap(({ status, body }) => acceptedIds(status, body));
  expect(new Set(ids).size).toBe(180);
  await eventually(() => ids.every((id) => stack.ses.ledger.entriesOf(id).length === 1), {
    timeoutMs: 50_000,
    what: 'Every send to be at SES',
  });
});

test('moments are answered as they are, and what is read can be sent back', async () => {
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const before = Date.now();
  const made = await stack.client.post('/emails', anEmail({ scheduled_at: scheduledAt }));
  expect(made.status).toBe(200);
  const id = emailIdOf(made.body);
  const send = await read(id);
  expect(fieldOf(send, 'scheduled_at')).toBe(scheduledAt);
  expect(Math.abs(Date.parse(fieldOf(send, 'created_at')) - before)).toBeLessThan(600_000);
  const later = new Date(Date.parse(fieldOf(send, 'scheduled_at')) + 600_000).toISOString();
  expect(await stack.client.patch(`/emails/${id}`, { scheduled_at: later })).toMatchObject({ status: 200 });
  expect(fieldOf(await read(id), 'scheduled_at')).toBe(later);
  const next = await stack.client.post('/emails', anEmail({ subject: 'next', scheduled_at: later }));
  const after = encodeURIComponent(fieldOf(send, 'created_at'));
  const { body } = await stack.client.get(`/emails?created_after=${after}&limit=100`);
  expect(JSON.stringify(body)).toContain(emailIdOf(next.body));
  expect(stack.ses.ledger.entriesOf(id)).toEqual([]);
});

test('the wait for the first claim is counted in the same time as the acceptance', async () => {
  const text = await (await fetch(`http://127.0.0.1:${workerPort}/metrics`)).text();
  const sumOf = (name: string) =>
    [...text.matchAll(new RegExp(`^postroom_queue_wait_seconds_${name}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  expect(sumOf('count')).toBeGreaterThanOrEqual(180);
  // Hours would be the zone; and none at all were its other side.
  expect(sumOf('sum') / sumOf('count')).toBeLessThan(1_200);
  expect(sumOf('sum')).toBeGreaterThan(0);
  expect(text).toMatch(/^postroom_send_seconds_count\{lane="transactional"\} [1-9]\d{2}$/m);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase, SendRateStore } from '@postroom/db';
import { createTestDatabase, eventually, type Stack, startStack, type TestDatabase } from '@postroom/testkit';
import { lastAfter, leastMs, post } from './sending.ts';

const workers = 2;
const lines: string[] = [];
let testDatabase: TestDatabase;
let database: Database;
let stack: Stack;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, maxConnections: 1 });
  stack = await startStack({
    databaseUrl: testDatabase.url,
    workers,
    account: { maxSendRate: 500 },
    events: { loseFraction: 1 },
    workerEnv: { SES_MAX_SEND_RATE: '400', SWEEP_INTERVAL_MS: '200' },
    onLine: (line) => lines.push(line),
  });
});

afterAll(async () => {
  await stack?.stop();
  await database?.close();
  await testDatabase?.drop();
});

/** Sets the rate, and waits until every worker that runs has said that it has it. */
async function setRate(recipientsPerSecond: number | null, expected = recipientsPerSecond): Promise<void> {
  const from = lines.length;
  await new SendRateStore(database.prisma).set(recipientsPerSecond);
  const said = () =>
    lines.slice(from).filter((line) => line.includes(`"send_rate","recipientsPerSecond":${expected}}`));
  await eventually(() => said().length === workers, { what: `${workers} workers at ${expected} a second` });
}

const untilSent = (count: number) =>
  eventually(async () => expect(await stack.database.statuses()).toEqual({ Sent: count }), {});

test('changes while running, for every worker, and back', async () => {
  const templateId = await stack.makeTemplate();
  await setRate(8);
  const before = stack.ses.ledger.summary().lastSeq;
  const slowFrom = performance.now();
  await post(stack, templateId, { count: 24, prefix: 'slow' });
  await untilSent(24);
  // At 400 they all go at once.
  expect(lastAfter(stack, before).atMs - slowFrom).toBeGreaterThanOrEqual(leastMs(24, 8));

  await setRate(300);
  const between = stack.ses.ledger.summary().lastSeq;
  const fastFrom = performance.now();
  await post(stack, templateId, { count: 300, prefix: 'fast' });
  await untilSent(324);
  // At 8 a second they would take more than half a minute.
  expect(lastAfter(stack, between).atMs - fastFrom).toBeLessThan(leastMs(300, 8));

  await setRate(null, 400);
});

test('holds for a worker that starts later', async () => {
  await setRate(7);
  const late = await stack.startWorker();
  await late.waitForLine(/"worker_started"/);
  expect(late.lines.filter((line) => line.includes('"send_rate"'))).toEqual([
    expect.stringContaining('"recipientsPerSecond":7}'),
  ]);
});

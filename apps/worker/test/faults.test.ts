import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createTestDatabase,
  eventually,
  type Stack,
  type StackOptions,
  startStack,
  type TestDatabase,
} from '@postroom/testkit';
import { peakAfter, post } from './sending.ts';

/** Short leases and windows, so that what production waits minutes for takes seconds. */
const hasty = {
  SEND_LEASE_MS: '3000',
  SES_REQUEST_TIMEOUT_MS: '1500',
  IN_DOUBT_WINDOW_MS: '2500',
  SWEEP_INTERVAL_MS: '200',
};

/** Under load the window has to outlast the way of an event, on a busy machine too. */
const underLoad = {
  ...hasty,
  SEND_LEASE_MS: '8000',
  SES_REQUEST_TIMEOUT_MS: '5000',
  IN_DOUBT_WINDOW_MS: '45000',
};

let database: TestDatabase;
let stack: Stack;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await stack?.stop();
  await database?.drop();
});

async function begin(options: Partial<StackOptions>): Promise<string> {
  stack = await startStack({ databaseUrl: database.url, workerEnv: hasty, ...options });
  return stack.makeTemplate();
}

async function untilAllSent(count: number): Promise<void> {
  await eventually(async () => ((await stack.database.statuses()).Sent ?? 0) === count, {
    timeoutMs: 100_000,
    intervalMs: 200,
    what: `${count} sends to be Sent`,
  });
}

function expectOnceEach(count: number): void {
  const { accepted, distinctSendIds, duplicates } = stack.ses.ledger.summary();
  expect(duplicates).toEqual({});
  expect({ accepted, distinctSendIds }).toEqual({ accepted: count, distinctSendIds: count });
}

describe('Redis', () => {
  test('flushed while 1,000 sends wait: all are sent, none twice', async () => {
    const templateId = await begin({ workers: 1, workerEnv: underLoad, account: { maxSendRate: 300 } });
    await post(stack, templateId, { count: 1_000 });
    await eventually(() => stack.ses.ledger.summary().accepted > 100);
    await stack.flushRedis();
    await untilAllSent(1_000);
    expectOnceEach(1_000);
  }, 120_000);

  test('stopped: the API still answers 200, and the mail goes out after Redis returns', async () => {
    const templateId = await begin({ workers: 1, workerEnv: underLoad });
    await post(stack, templateId, { count: 10, prefix: 'before' });
    await untilAllSent(10);
    await stack.stopRedis();
    await post(stack, templateId, { count: 200, prefix: 'during' });
    expect((await stack.database.statuses()).Queued).toBe(200);
    await stack.startRedisAgain();
    await untilAllSent(210);
    expectOnceEach(210);
  }, 120_000);
});

describe('a worker', () => {
  test('killed with 1,000 sends under way: none is lost and none is sent twice', async () => {
    const templateId = await begin({ workers: 2, workerEnv: underLoad, account: { maxSendRate: 400 } });
    await post(stack, templateId, { count: 1_000 });
    for (const reached of [150, 400, 650]) {
      await eventually(() => stack.ses.ledger.summary().accepted > reached, { timeoutMs: 60_000 });
      stack.workers[0]?.kill('SIGKILL');
      await stack.startWorker();
    }
    await untilAllSent(1_000);
    expectOnceEach(1_000);
  }, 180_000);

  test.each(['after_claim', 'before_call', 'after_accept', 'before_record', 'after_record'])(
    'killed at %s leaves a send that is settled, once in the ledger',
    async (moment) => {
      const templateId = await begin({ workers: 0 });
      await post(stack, templateId, { count: 5 });
      const doomed = await stack.startWorker({ POSTROOM_TEST_CRASH_AT: `${moment}:2` });
      expect((await doomed.exited).signal).toBe('SIGKILL');
      await stack.startWorker();
      await untilAllSent(5);
      expectOnceEach(5);
    },
    90_000,
  );

  test('told to stop under load finishes what is in hand, exits 0, and leaves nothing in doubt', async () => {
    const templateId = await begin({ workers: 1, workerEnv: underLoad, account: { maxSendRate: 200 } });
    await post(stack, templateId, { count: 400 });
    await eventually(() => stack.ses.ledger.summary().accepted > 50);
    const [worker] = stack.workers;
    expect(await worker?.stop()).toEqual({ code: 0, signal: null });
    const left = await stack.database.rows("SELECT id FROM email_sends WHERE status = 'Processing'");
    expect(left).toEqual([]);
    await stack.startWorker();
    await untilAllSent(400);
    expectOnceEach(400);
  }, 90_000);
});

describe('the rate', () => {
  const maxSendRate = 40;
  const rounds = 3;

  test('counts recipients over all replicas and is never passed in a sliding second', async () => {
    const templateId = await begin({ workers: 2, workerEnv: underLoad, account: { maxSendRate } });
    // The ledger notes when it read a message: on a busy machine a stall of its own process looks like a burst.
    // A rate that is not kept shows in every round.
    const peaks: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const before = stack.ses.ledger.summary().lastSeq;
      const copied = (index: number) => (index % 3 === 0 ? { cc: [`copy-${index}@example.com`] } : {});
      await post(stack, templateId, { count: 90, prefix: `round-${round}`, item: copied });
      await untilAllSent(90 * round);
      peaks.push(peakAfter(stack, before));
    }
    expect(Math.min(...peaks)).toBeGreaterThan(maxSendRate / 2);
    expect(Math.min(...peaks)).toBeLessThanOrEqual(maxSendRate);
    expectOnceEach(90 * rounds);
  }, 90_000);
});

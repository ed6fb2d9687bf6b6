import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createDraw,
  eventually,
  type FreshOptions,
  idOf,
  type Stack,
  startTestStack,
} from '@postroom/testkit';
import { lastAfter, leastMs, post } from './sending.ts';

/**
 * Short leases, so that what production waits minutes for takes seconds, and windows that do not end by themselves: how
 * long an event is on its way is the machine's affair.
 */
const hasty = {
  SEND_LEASE_MS: '3000',
  SES_REQUEST_TIMEOUT_MS: '1500',
  IN_DOUBT_WINDOW_MS: '3600000',
  SWEEP_INTERVAL_MS: '200',
};

const underLoad = { ...hasty, SEND_LEASE_MS: '8000', SES_REQUEST_TIMEOUT_MS: '5000' };

/** Nothing ends by a deadline, where nothing is lost: a call that a busy machine is slow with would be in doubt. */
const patient = {
  ...hasty,
  SEND_LEASE_MS: '120000',
  SES_REQUEST_TIMEOUT_MS: '60000',
  SHUTDOWN_TIMEOUT_MS: '120000',
};

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
});

afterAll(() => stack?.stop());

async function begin(options: FreshOptions): Promise<string> {
  await stack.beginAnew({ workerEnv: hasty, ...options });
  return stack.makeTemplate();
}

/**
 * Resolves when all are sent. The windows of what is in doubt are ended once every event of SES has been told, and nothing is
 * under lease or waits: what SES took it has told by then, and what is left it never got.
 */
async function untilAllSent(count: number): Promise<void> {
  const atRest = async () => {
    const [row] = await stack.database.rows(
      `SELECT count(*)::int AS count FROM email_sends WHERE status = 'Sent' OR in_doubt_since IS NOT NULL`,
    );
    return row?.count === count && stack.ses.events?.counts().pending === 0;
  };
  await eventually(atRest, {
    timeoutMs: 240_000,
    intervalMs: 200,
    what: 'Every send at its end or in doubt',
  });
  await stack.database.rows("UPDATE email_sends SET sweep_at = now() WHERE status = 'Processing'");
  await eventually(async () => (await stack.database.statuses()).Sent === count, {
    intervalMs: 200,
    what: `${count} sends to be Sent`,
  });
}

function expectOnceEach(count: number): void {
  const { accepted, distinctSendIds, duplicates } = stack.ses.ledger.summary();
  expect(duplicates).toEqual({});
  expect({ accepted, distinctSendIds }).toEqual({ accepted: count, distinctSendIds: count });
}

/** Alike in that each is broken under load: three of them, where they are drawn. */
const faults: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'Redis flushed while 200 sends wait: all are sent, none twice',
    async () => {
      const templateId = await begin({ workers: 1, workerEnv: underLoad, account: { maxSendRate: 150 } });
      await post(stack, templateId, { count: 200 });
      await eventually(() => stack.ses.ledger.summary().accepted > 40);
      await stack.flushRedis();
      await untilAllSent(200);
      expectOnceEach(200);
    },
  ],
  [
    'Redis stopped: the API still answers 200, and the mail goes out after Redis returns',
    async () => {
      const templateId = await begin({ workers: 1, workerEnv: underLoad });
      await post(stack, templateId, { count: 10, prefix: 'before' });
      await untilAllSent(10);
      await stack.stopRedis();
      await post(stack, templateId, { count: 100, prefix: 'during' });
      expect((await stack.database.statuses()).Queued).toBe(100);
      await stack.startRedisAgain();
      await untilAllSent(110);
      expectOnceEach(110);
    },
  ],
  [
    'a worker killed with 250 sends under way: none is lost and none is sent twice',
    async () => {
      const templateId = await begin({ workers: 2, workerEnv: underLoad, account: { maxSendRate: 150 } });
      await post(stack, templateId, { count: 250 });
      for (const reached of [40, 120]) {
        await eventually(() => stack.ses.ledger.summary().accepted > reached);
        stack.workers[0]?.kill('SIGKILL');
        await stack.startWorker();
      }
      await untilAllSent(250);
      expectOnceEach(250);
    },
  ],
  [
    'a worker killed while marketing mail waits for the rate leaves that in no doubt: it is queued again',
    async () => {
      const workerEnv = { ...hasty, IN_DOUBT_POLICY_MARKETING: 'resend' };
      const templateId = await begin({ workers: 1, workerEnv, account: { maxSendRate: 20 } });
      const group = await stack.client.post('/subscription-groups', { name: 'News', type: 'OptOut' });
      const item = { subscriptionGroupId: idOf(group) };
      await post(stack, templateId, { count: 100, item: () => item });
      const waiting = 'SELECT FROM send_attempts WHERE NOT begun AND outcome IS NULL LIMIT 1';
      await eventually(
        async () =>
          stack.ses.ledger.summary().accepted > 20 && (await stack.database.rows(waiting)).length > 0,
      );
      stack.workers[0]?.kill('SIGKILL');
      await stack.startWorker();
      await untilAllSent(100);
      expectOnceEach(100);
      const [ended] = await stack.database.rows(`
        SELECT count(*) FILTER (WHERE NOT begun)::int AS waited,
          count(*) FILTER (WHERE NOT begun AND NOT spent AND outcome = 'returned')::int AS returned
        FROM send_attempts WHERE error_code = 'LeaseExpired'`);
      // How many others had begun depends on how long SES and the record take just then.
      expect(ended?.waited).toBeGreaterThanOrEqual(1);
      expect(ended?.returned).toBe(ended?.waited);
    },
  ],
  [
    'a worker killed at any moment of a send leaves sends that are settled, once in the ledger',
    async () => {
      const templateId = await begin({ workers: 0 });
      const moments = ['after_claim', 'before_call', 'after_accept', 'before_record', 'after_record'];
      for (const moment of moments) {
        await post(stack, templateId, { count: 5, prefix: moment });
        const doomed = await stack.startWorker({ POSTROOM_TEST_CRASH_AT: `${moment}:2` });
        expect({ moment, ...(await doomed.exited) }).toMatchObject({ moment, signal: 'SIGKILL' });
      }
      await stack.startWorker();
      await untilAllSent(5 * moments.length);
      expectOnceEach(5 * moments.length);
    },
  ],
  [
    'a worker told to stop under load finishes what is in hand, exits 0, and leaves nothing in doubt',
    async () => {
      const templateId = await begin({ workers: 1, workerEnv: patient, account: { maxSendRate: 200 } });
      await post(stack, templateId, { count: 200 });
      await eventually(() => stack.ses.ledger.summary().accepted > 50);
      const [worker] = stack.workers;
      expect(await worker?.stop(150_000)).toEqual({ code: 0, signal: null });
      const left = await stack.database.rows("SELECT id FROM email_sends WHERE status = 'Processing'");
      expect(left).toEqual([]);
      await stack.startWorker();
      await untilAllSent(200);
      expectOnceEach(200);
    },
  ],
  [
    'the rate counts recipients, over all replicas',
    async () => {
      const maxSendRate = 40;
      const templateId = await begin({ workers: 2, workerEnv: underLoad, account: { maxSendRate } });
      const copied = (index: number) => (index % 3 === 0 ? { cc: [`copy-${index}@example.com`] } : {});
      const fromMs = performance.now();
      await post(stack, templateId, { count: 180, item: copied });
      await untilAllSent(180);
      const { recipients, atMs } = lastAfter(stack, 0);
      expect(recipients).toBe(240);
      expect(atMs - fromMs).toBeGreaterThanOrEqual(leastMs(recipients, maxSendRate));
      expectOnceEach(180);
    },
  ],
];

test.each(createDraw()(faults, 3))('%s', async (_, run) => run());

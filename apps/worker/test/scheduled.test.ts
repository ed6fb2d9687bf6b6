import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type FreshOptions, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
});

afterAll(() => stack?.stop());

async function begin(options: FreshOptions = {}): Promise<void> {
  await stack.beginAnew({
    workers: 2,
    workerEnv: { SWEEP_INTERVAL_MS: '50' },
    events: { loseFraction: 1 },
    ...options,
  });
  templateId = await stack.makeTemplate();
}

/** Schedules so many sends, one every `everyMs` from so many milliseconds ahead on. */
async function schedule(options: {
  readonly count: number;
  readonly aheadMs: number;
  readonly everyMs?: number;
}) {
  const { count, aheadMs, everyMs = 0 } = options;
  const firstMs = Date.now() + aheadMs;
  const item = (at: number) => ({ scheduledAt: new Date(firstMs + at * everyMs).toISOString() });
  return post(stack, templateId, { count, prefix: `in-${aheadMs}-${firstMs}`, item });
}

const hourMs = 3_600_000;

/** Has the first of all come due so soon by PostgreSQL's clock: how long they took to be accepted is the machine's affair. */
const bringNear = (aheadMs: number) =>
  stack.database.rows(
    `UPDATE email_sends SET scheduled_at = scheduled_at - by, next_attempt_at = next_attempt_at - by, sweep_at = sweep_at - by
     FROM (SELECT min(scheduled_at) - now() - $1 * interval '1 millisecond' AS by FROM email_sends) far`,
    [aheadMs],
  );

async function scheduleOne(aheadMs: number): Promise<string> {
  const [id = ''] = await schedule({ count: 1, aheadMs });
  return id;
}

const statusesOf = async (ids: readonly string[]) => {
  const rows = await stack.database.rows('SELECT id, status::text FROM email_sends WHERE id = ANY($1)', [
    ids,
  ]);
  const byId = new Map(rows.map(({ id, status }) => [id, status]));
  return ids.map((id) => byId.get(id));
};

async function untilSent(ids: readonly string[]): Promise<void> {
  await eventually(async () => (await statusesOf(ids)).every((status) => status === 'Sent'), {
    intervalMs: 100,
    what: `${ids.length} sends to be Sent`,
  });
}

/** Sends that were claimed before their moment by PostgreSQL's clock, or that SES had before it by its own. */
async function earlyOnes(): Promise<readonly unknown[]> {
  const claimed = await stack.database.rows(
    `SELECT s.id FROM email_sends s JOIN send_attempts a ON a.send_id = s.id WHERE a.started_at < s.scheduled_at`,
  );
  const rows = await stack.database.rows('SELECT id, scheduled_at FROM email_sends');
  const momentOf = new Map(rows.map(({ id, scheduled_at }) => [id, Number(scheduled_at)]));
  const taken = stack.ses.ledger
    .entries()
    .filter(({ sendId, at }) => at < (momentOf.get(sendId) ?? Number.POSITIVE_INFINITY));
  return [...claimed, ...taken];
}

function expectOnceEach(ids: readonly string[]): void {
  const taken = stack.ses.ledger.entries().map(({ sendId }) => sendId);
  expect(taken.toSorted()).toEqual(ids.toSorted());
}

test('200 sends of different moments go out once each and none before its time, with several sweepers', async () => {
  await begin();
  const ids = await schedule({ count: 200, aheadMs: hourMs, everyMs: 10 });
  expect(await stack.database.statuses()).toEqual({ Scheduled: 200 });
  await bringNear(1_000);
  await untilSent(ids);
  expect(await earlyOnes()).toEqual([]);
  expectOnceEach(ids);
});

test('Redis flushed while they are scheduled, and again once they are queued: all go out, once, in time', async () => {
  await begin({ account: { maxSendRate: 40 } });
  const ids = await schedule({ count: 120, aheadMs: hourMs });
  await stack.flushRedis();
  expect(await stack.database.statuses()).toEqual({ Scheduled: 120 });
  await bringNear(500);
  await eventually(() => stack.ses.ledger.summary().accepted >= 10);
  expect((await stack.database.statuses()).Queued).toBeGreaterThan(0);
  await stack.flushRedis();
  await untilSent(ids);
  expect(await earlyOnes()).toEqual([]);
  expectOnceEach(ids);
});

test('sends whose time came while no worker ran go out when one does', async () => {
  await begin({ workers: 0 });
  const ids = await schedule({ count: 20, aheadMs: hourMs });
  await bringNear(0);
  expect(await stack.database.statuses()).toEqual({ Scheduled: 20 });
  await stack.startWorker();
  await untilSent(ids);
  expectOnceEach(ids);
});

test('a scheduled send can be canceled, and moved earlier, later and to at once', async () => {
  await begin();
  const move = async (id: string, at: Date) => {
    const answer = await stack.client.patch(`/emails/${id}`, { scheduledAt: at.toISOString() });
    expect(answer.status).toBe(200);
  };
  // Each is changed right after it was accepted, long before it is due.
  const canceled = await scheduleOne(6_000);
  expect((await stack.client.post(`/emails/${canceled}/cancel`, {})).status).toBe(200);
  const later = await scheduleOne(6_000);
  await move(later, new Date(Date.now() + 3_600_000));
  const [earlier, atOnce] = [await scheduleOne(3_600_000), await scheduleOne(3_600_000)];
  await move(atOnce, new Date(0));
  await untilSent([atOnce]);
  const soon = new Date(Date.now() + 2_000);
  await move(earlier, soon);
  await untilSent([earlier]);
  expect(stack.ses.ledger.entriesOf(earlier)[0]?.at).toBeGreaterThanOrEqual(soon.getTime());
  // It is due after the moments that the others had before, and so sent when they would have been.
  const last = await scheduleOne(6_000);
  await untilSent([last]);
  expect(await statusesOf([canceled, later])).toEqual(['Canceled', 'Scheduled']);
  expect(await earlyOnes()).toEqual([]);
  expectOnceEach([atOnce, earlier, last]);
});

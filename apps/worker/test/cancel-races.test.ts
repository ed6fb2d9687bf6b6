import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiAnswer, eventually, type FreshOptions, type Stack, startTestStack } from '@postroom/testkit';
import { raceWorkers, truthsOf } from './race-workers.ts';
import { post } from './sending.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
});

afterAll(() => stack?.stop());

async function begin(options: FreshOptions): Promise<string> {
  await stack.beginAnew({ ...options, events: { loseFraction: 1 }, workerEnv: { SWEEP_INTERVAL_MS: '50' } });
  return stack.makeTemplate();
}

type Answers = Map<string, ApiAnswer>;

const canceling = (answers: Answers) => async (id: string) => {
  answers.set(id, await stack.client.post(`/emails/${id}/cancel`, {}));
};

/** How many of them come too early, and how many too late, is the machine's affair. */
const leastOfEach = 10;

/**
 * Of each send, the request was either done, and then the send is `untouched` and SES never saw it, or refused, and
 * then it was sent once. Both have to happen, and more than by chance, or it was no race.
 */
async function expectOneTruth(answers: Answers, untouched: string): Promise<void> {
  const truths = await truthsOf(stack);
  const answeredWith = (wanted: number) => [...answers].filter(([, { status }]) => status === wanted);
  const [done, refused] = [answeredWith(200), answeredWith(409)];
  expect(done.length + refused.length).toBe(truths.size);
  expect(done.length).toBeGreaterThanOrEqual(leastOfEach);
  expect(refused.length).toBeGreaterThanOrEqual(leastOfEach);
  const distinct = (some: typeof done) => [...new Set(some.map(([id]) => truths.get(id)))];
  expect(distinct(done)).toEqual([`${untouched}, 0 times in the ledger`]);
  expect(distinct(refused)).toEqual(['Sent, 1 times in the ledger']);
}

test('cancel against claim, 400 times: canceled and never sent, or sent once and refused', async () => {
  const templateId = await begin({ workers: 0, account: { maxSendRate: 200 } });
  const ids = await post(stack, templateId, { count: 400 });
  const answers: Answers = new Map();
  await stack.startWorker();
  await raceWorkers({ stack, ids, behind: 25, ahead: 150, act: canceling(answers) });
  await expectOneTruth(answers, 'Canceled');
});

describe('the sweeper, as the times of 400 sends come,', () => {
  const places = { behind: 60, ahead: 200 };
  /** So many are due and not sent yet, whatever the machine's pace. */
  const dueAtOnce = 40;

  // Far enough not to come by itself, and near enough to count as on their way.
  const scheduledAt = new Date(Date.now() + 540_000);
  const postScheduled = (templateId: string) =>
    post(stack, templateId, { count: 400, item: () => ({ scheduledAt: scheduledAt.toISOString() }) });

  /** Lets the time of one after the other come, as those before it are sent. */
  async function letTimesCome(ids: readonly string[], isOver: () => boolean): Promise<void> {
    for (let due = 0; due < ids.length && !isOver(); ) {
      const until = Math.min(ids.length, due + 10);
      await stack.database.rows(
        `UPDATE email_sends SET scheduled_at = now(), next_attempt_at = now(), sweep_at = now()
         WHERE id = ANY($1) AND status = 'Scheduled' AND scheduled_at = $2`,
        [ids.slice(due, until), scheduledAt],
      );
      due = until;
      await eventually(async () => isOver() || (await countDue()) < dueAtOnce);
    }
  }

  async function countDue(): Promise<number> {
    const [row] = await stack.database.rows(
      `SELECT count(*)::int AS count FROM email_sends
       WHERE status IN ('Scheduled', 'Queued', 'Processing') AND next_attempt_at <= now()`,
    );
    return Number(row?.count);
  }

  async function race(ids: readonly string[], act: (id: string) => Promise<void>): Promise<void> {
    let isOver = false;
    const times = letTimesCome(ids, () => isOver);
    await raceWorkers({ stack, ids, ...places, act });
    isOver = true;
    await times;
  }

  test('against cancel: canceled and never sent, or sent once and refused', async () => {
    const templateId = await begin({ workers: 2 });
    const ids = await postScheduled(templateId);
    const answers: Answers = new Map();
    await race(ids, canceling(answers));
    await expectOneTruth(answers, 'Canceled');
  });

  test('against a move: it waits for its new time, or it is sent once and the move is refused', async () => {
    const templateId = await begin({ workers: 2 });
    const later = new Date(Date.now() + 3_600_000);
    const ids = await postScheduled(templateId);
    const answers: Answers = new Map();
    const act = async (id: string) => {
      answers.set(id, await stack.client.patch(`/emails/${id}`, { scheduledAt: later.toISOString() }));
    };
    await race(ids, act);
    await expectOneTruth(answers, 'Scheduled');
    const moved = await stack.database.rows(
      `SELECT DISTINCT scheduled_at, next_attempt_at, sweep_at FROM email_sends WHERE status = 'Scheduled'`,
    );
    expect(moved).toEqual([{ scheduled_at: later, next_attempt_at: later, sweep_at: later }]);
  });
});

test('retry against retry, 50 at once: one more message', async () => {
  const templateId = await begin({ workers: 1 });
  stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'again' } }] });
  const [id = ''] = await post(stack, templateId, { count: 1, prefix: 'again' });
  await eventually(async () => (await stack.database.statuses()).Failed === 1);
  stack.ses.faults.clear();
  const retries = Array.from({ length: 50 }, () => stack.client.post(`/emails/${id}/retry`, {}));
  const statuses = (await Promise.all(retries)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
  await eventually(async () => (await stack.database.statuses()).Sent === 1);
  expect((await truthsOf(stack)).get(id)).toBe('Sent, 1 times in the ledger');
  const attempts = await stack.database.rows(
    'SELECT number, outcome::text FROM send_attempts WHERE send_id = $1 ORDER BY number',
    [id],
  );
  expect(attempts).toEqual([
    { number: 1, outcome: 'failed' },
    { number: 2, outcome: 'sent' },
  ]);
});

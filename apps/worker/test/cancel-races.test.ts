import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ApiAnswer,
  createTestDatabase,
  eventually,
  type Stack,
  type StackOptions,
  startStack,
  type TestDatabase,
} from '@postroom/testkit';
import { raceWorkers, truthsOf } from './race-workers.ts';
import { post } from './sending.ts';

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
  stack = await startStack({
    databaseUrl: database.url,
    ...options,
    workerEnv: { SWEEP_INTERVAL_MS: '50', ...options.workerEnv },
  });
  return stack.makeTemplate();
}

type Answers = Map<string, ApiAnswer>;

const canceling = (answers: Answers) => async (id: string) => {
  answers.set(id, await stack.client.post(`/emails/${id}/cancel`, {}));
};

/**
 * Of each send, the request was either done, and then the send is `untouched` and SES never saw it, or refused, and
 * then it was sent once. Both have to happen often, or it was no race.
 */
async function expectOneTruth(answers: Answers, untouched: string): Promise<void> {
  const truths = await truthsOf(stack);
  const answeredWith = (wanted: number) => [...answers].filter(([, { status }]) => status === wanted);
  const [done, refused] = [answeredWith(200), answeredWith(409)];
  expect(done.length + refused.length).toBe(truths.size);
  expect(done.length).toBeGreaterThanOrEqual(50);
  expect(refused.length).toBeGreaterThanOrEqual(50);
  const distinct = (some: typeof done) => [...new Set(some.map(([id]) => truths.get(id)))];
  expect(distinct(done)).toEqual([`${untouched}, 0 times in the ledger`]);
  expect(distinct(refused)).toEqual(['Sent, 1 times in the ledger']);
}

test('cancel against claim, 1,000 times: canceled and never sent, or sent once and refused', async () => {
  const templateId = await begin({ workers: 0, account: { maxSendRate: 200 } });
  const ids = await post(stack, templateId, { count: 1_000 });
  const answers: Answers = new Map();
  await stack.startWorker();
  await raceWorkers({ stack, ids, behind: 25, ahead: 150, act: canceling(answers) });
  await expectOneTruth(answers, 'Canceled');
}, 180_000);

describe('the sweeper, as the times of 400 sends come,', () => {
  const places = { behind: 60, ahead: 200 };

  /** Of the sends one comes due every 10 ms, from two seconds ahead on. */
  async function postStaggered(templateId: string): Promise<string[]> {
    const firstMs = Date.now() + 2_000;
    const item = (at: number) => ({ scheduledAt: new Date(firstMs + at * 10).toISOString() });
    return post(stack, templateId, { count: 400, item });
  }

  test('against cancel: canceled and never sent, or sent once and refused', async () => {
    const templateId = await begin({ workers: 2 });
    const ids = await postStaggered(templateId);
    const answers: Answers = new Map();
    await raceWorkers({ stack, ids, ...places, act: canceling(answers) });
    await expectOneTruth(answers, 'Canceled');
  }, 120_000);

  test('against a move: it waits for its new time, or it is sent once and the move is refused', async () => {
    const templateId = await begin({ workers: 2 });
    const later = new Date(Date.now() + 3_600_000);
    const ids = await postStaggered(templateId);
    const answers: Answers = new Map();
    const act = async (id: string) => {
      answers.set(id, await stack.client.patch(`/emails/${id}`, { scheduledAt: later.toISOString() }));
    };
    await raceWorkers({ stack, ids, ...places, act });
    await expectOneTruth(answers, 'Scheduled');
    const moved = await stack.database.rows(
      `SELECT DISTINCT scheduled_at, next_attempt_at, sweep_at FROM email_sends WHERE status = 'Scheduled'`,
    );
    expect(moved).toEqual([{ scheduled_at: later, next_attempt_at: later, sweep_at: later }]);
  }, 120_000);
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
}, 60_000);

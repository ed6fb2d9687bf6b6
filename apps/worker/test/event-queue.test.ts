import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type LedgerEntry, type SesEventType, sesEventBody, snsNotification } from '@postroom/servers';
import {
  createTestDatabase,
  eventually,
  type FakeSqs,
  openDatabaseSession,
  runSql,
  type SpawnedNode,
  type Stack,
  startFakeSqs,
  startStack,
  type TestDatabase,
} from '@postroom/testkit';
import { post } from './sending.ts';

const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-events';

/** Longer than any test: nothing but an event ends a doubt. */
const endlessWindow = { IN_DOUBT_WINDOW_MS: '3600000' };

/** A message that was not deleted comes again when a test says so: how long one is in hand is the machine's affair. */
const visibilityTimeoutMs = 3_600_000;

/** How many sends the tests have to settle, one after another. */
const doubts = 24;

let database: TestDatabase;
let stack: Stack;
let sqs: FakeSqs;
let inDoubt: LedgerEntry[];
/** What the worker that reads the queue had written when the test began. */
let linesBefore = 0;

async function statesOf(ids: readonly (string | null)[]) {
  return stack.database.rows(
    `SELECT id, status::text, delivery::text, provider_message_id,
       ARRAY(SELECT type::text FROM email_events WHERE send_id = s.id ORDER BY 1) AS events
     FROM email_sends s WHERE id = ANY($1) ORDER BY id`,
    [ids],
  );
}

/** Sends of which SES took the mail and the worker never learned of it. */
async function makeDoubts(templateId: string): Promise<LedgerEntry[]> {
  stack.ses.faults.set({ faults: [{ kind: 'resetAfterAccepting' }] });
  const worker = await stack.startWorker();
  const ids = await post(stack, templateId, { count: doubts });
  const areInDoubt = async () => {
    const rows = await stack.database.rows('SELECT id FROM email_sends WHERE in_doubt_since IS NOT NULL');
    return rows.length === doubts;
  };
  await eventually(areInDoubt, { what: 'every send to be in doubt' });
  await worker.stop();
  return ids.flatMap((id) => stack.ses.ledger.entriesOf(id));
}

beforeAll(async () => {
  database = await createTestDatabase();
  stack = await startStack({
    databaseUrl: database.url,
    workers: 0,
    // What the tests do not put into the queue never comes.
    events: { loseFraction: 1 },
    workerEnv: endlessWindow,
  });
  inDoubt = await makeDoubts(await stack.makeTemplate());
  sqs = await startFakeSqs({ visibilityTimeoutMs });
});

afterAll(async () => {
  await stack?.stop();
  await sqs?.stop();
  await database?.drop();
});

/** What a test has left would come to the others again. */
afterEach(() => {
  sqs.faults.clear();
  sqs.queue.purge();
});

const spawnReader = (env: Readonly<Record<string, string>> = {}): Promise<SpawnedNode> =>
  stack.startWorker({
    SES_EVENTS_QUEUE_URL: sqs.queueUrl,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    SNS_TOPIC_ARNS: topicArn,
    ...env,
  });

/** The worker that reads the queue: that of the test before, where it still runs. */
async function startReader(): Promise<SpawnedNode> {
  const reader = stack.workers[0] ?? (await spawnReader());
  linesBefore = reader.lines.length;
  return reader;
}

/** Waits until the worker writes such a line, in this test. */
const hears = (reader: SpawnedNode, pattern: RegExp) =>
  eventually(() => reader.lines.slice(linesBefore).some((line) => pattern.test(line)), {
    what: `A line like ${pattern}`,
  });

function nextDoubt(): LedgerEntry {
  const entry = inDoubt.shift();
  if (entry === undefined) throw new Error('every doubt is settled');
  return entry;
}

const eventOf = (type: SesEventType, entry: LedgerEntry): string => JSON.stringify(sesEventBody(type, entry));

const enveloped = (message: string, from = topicArn): string =>
  JSON.stringify(snsNotification({ topicArn: from }, message));

const isSettled = async ({ sendId }: LedgerEntry): Promise<boolean> =>
  (await statesOf([sendId])).every(({ status }) => status === 'Sent');

/** A send that SES reported once, as it stands in the end. */
const sentOnce = ({ sendId, messageId }: LedgerEntry) => ({
  id: sendId,
  status: 'Sent',
  delivery: null,
  provider_message_id: messageId,
  events: ['send'],
});

/** While SQS is away the worker waits up to some seconds before it asks again. */
const untilEmpty = () =>
  eventually(() => sqs.queue.left().length === 0, { what: 'every message to be deleted' });

const isWaiting = (worker: SpawnedNode) => worker.isRunning() && sqs.waiting() > 0;

describe('a send that is in doubt', () => {
  test.each([
    ['as SES wrote it', (body: string) => body],
    ['in the envelope of SNS', (body: string) => enveloped(body)],
  ])('is settled by its event from the queue, %s', async (_how, wrap) => {
    const entry = nextDoubt();
    await startReader();
    sqs.queue.send(wrap(eventOf('Send', entry)));
    await untilEmpty();
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
    expect(sqs.queue.messages()).toMatchObject([{ receives: 1, isDeleted: true }]);
  });
});

describe('a message', () => {
  test('stays in the queue until its event is recorded', async () => {
    const entry = nextDoubt();
    await startReader();
    const session = await openDatabaseSession(database.url);
    await session.run('BEGIN; LOCK TABLE email_events IN ACCESS EXCLUSIVE MODE');
    try {
      sqs.queue.send(eventOf('Send', entry));
      await eventually(async () => {
        const blocked = await stack.database.rows(
          `SELECT pid FROM pg_stat_activity
           WHERE wait_event_type = 'Lock' AND query LIKE '%record_events%' AND datname = current_database()`,
        );
        return blocked.length > 0;
      });
      expect(sqs.queue.left()).toHaveLength(1);
    } finally {
      await session.close();
    }
    await untilEmpty();
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
  });

  test('of a worker that died after recording it is recorded once and deleted by the next', async () => {
    const entry = nextDoubt();
    await Promise.all(stack.workers.map((worker) => worker.stop()));
    const doomed = await spawnReader({ POSTROOM_TEST_CRASH_AT: 'events_recorded' });
    sqs.queue.send(enveloped(eventOf('Send', entry)));
    expect((await doomed.exited).signal).toBe('SIGKILL');
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
    expect(sqs.queue.left()).toMatchObject([{ receives: 1 }]);
    await startReader();
    sqs.queue.showHidden();
    await untilEmpty();
    expect(sqs.queue.messages()).toMatchObject([{ receives: 2 }]);
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
  });
});

describe('beside events that are recorded', () => {
  test('what is not ours is deleted, and what cannot be understood comes again', async () => {
    const [first, last] = [nextDoubt(), nextDoubt()];
    const refused = ['no JSON', '{"hello":1}', enveloped(eventOf('Delivery', first), `${topicArn}-other`)];
    const done = [
      eventOf('Delivery', { ...first, sendId: null, tags: {} }),
      eventOf('Delivery', { ...first, tags: { 'postroom-send-id': randomUUID() } }),
      'Successfully validated SNS topic for Amazon SES event publishing.',
    ];
    const bodies = [eventOf('Send', first), ...refused, ...done, eventOf('Send', last)];
    for (const body of bodies) sqs.queue.send(body);
    await startReader();
    await eventually(async () => (await isSettled(first)) && (await isSettled(last)));
    await eventually(() => sqs.queue.left().length === refused.length);
    sqs.queue.showHidden();
    await eventually(() => sqs.queue.left().every((one) => one.receives > 1));
    expect(sqs.queue.left().map(({ body }) => body)).toEqual(refused);
    expect(await statesOf([first.sendId, last.sendId])).toEqual([sentOnce(first), sentOnce(last)]);
  });

  test('one that the database refuses keeps none of them, and is recorded once it can be', async () => {
    const [first, refused, last] = [nextDoubt(), nextDoubt(), nextDoubt()];
    await runSql(
      database.url,
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON email_events FOR EACH ROW
         WHEN (NEW.send_id = '${refused.sendId}') EXECUTE FUNCTION refuse()`,
    );
    for (const entry of [first, refused, last]) sqs.queue.send(eventOf('Send', entry));
    const reader = await startReader();
    await hears(reader, /"ses_event_failed".*"deliveries":1/);
    sqs.queue.showHidden();
    await hears(reader, /"ses_event_failed".*"deliveries":2/);
    await eventually(() => sqs.queue.left().length === 1);
    expect(sqs.queue.left()).toMatchObject([{ body: expect.stringContaining(String(refused.sendId)) }]);
    expect(await statesOf([first.sendId, last.sendId])).toEqual([sentOnce(first), sentOnce(last)]);
    await runSql(database.url, 'DROP TRIGGER refuse ON email_events');
    sqs.queue.showHidden();
    await untilEmpty();
    expect(await statesOf([refused.sendId])).toEqual([sentOnce(refused)]);
  });
});

test('doubled events in any order end in the same state', async () => {
  const orders = [
    ['Send', 'Delivery', 'Bounce'],
    ['Send', 'Bounce', 'Delivery'],
    ['Delivery', 'Send', 'Bounce'],
    ['Delivery', 'Bounce', 'Send'],
    ['Bounce', 'Send', 'Delivery'],
    ['Bounce', 'Delivery', 'Send'],
  ] as const;
  const entries = orders.map(() => nextDoubt());
  await startReader();
  for (const round of [0, 1, 2]) {
    for (const [at, entry] of entries.entries()) {
      const body = eventOf(orders[at]?.[round] ?? 'Send', entry);
      sqs.queue.send(body, { isDoubled: true });
      sqs.queue.send(enveloped(body));
    }
    await untilEmpty();
  }
  const ended = { status: 'Sent', delivery: 'bounced', events: ['bounce', 'delivery', 'send'] };
  const states = await statesOf(entries.map(({ sendId }) => sendId));
  expect(states).toEqual(
    entries.map(({ sendId: id, messageId }) => ({ id, provider_message_id: messageId, ...ended })),
  );
});

describe('a queue that', () => {
  test.each([
    ['resets every connection', 'reset'],
    ['answers 500', 'serverError'],
    ['denies access', 'accessDenied'],
  ] as const)('%s does not end the worker, which goes on afterwards', async (_what, kind) => {
    const entry = nextDoubt();
    const reader = await startReader();
    await eventually(() => isWaiting(reader));
    sqs.faults.set([{ kind }]);
    sqs.queue.send(eventOf('Send', entry));
    await hears(reader, /"level":"warn".*"ses_events_unavailable".*"failures":2/);
    expect(sqs.queue.messages()).toMatchObject([{ receives: 0 }]);
    sqs.faults.clear();
    await untilEmpty();
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
    expect(reader.isRunning()).toBe(true);
  });

  test('deletes nothing has the event recorded once, however often it comes', async () => {
    const entry = nextDoubt();
    sqs.faults.set([{ kind: 'serverError', operation: 'DeleteMessageBatch' }]);
    await startReader();
    sqs.queue.send(eventOf('Send', entry));
    await eventually(() => (sqs.outcomes().DeleteMessageBatch.serverError ?? 0) > 0);
    sqs.queue.showHidden();
    await eventually(() => sqs.queue.left().every(({ receives }) => receives > 1));
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
    sqs.faults.clear();
    sqs.queue.showHidden();
    await untilEmpty();
    expect(await statesOf([entry.sendId])).toEqual([sentOnce(entry)]);
  });
});

/** Less than the 20 s for which a call waits at an empty queue. */
const stopWithinMs = 15_000;

test('a worker that is told to stop while it waits for messages ends with code 0', async () => {
  const reader = await startReader();
  await eventually(() => isWaiting(reader));
  expect(await reader.stop(stopWithinMs)).toEqual({ code: 0, signal: null });
});

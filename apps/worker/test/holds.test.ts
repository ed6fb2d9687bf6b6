import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSendQueue } from '@postroom/redis';
import { type FakeSes, startFakeSes } from '@postroom/servers';
import { eventually, type FreshOptions, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

/** Holds of a second, so that what production waits half a minute for is over soon. */
const hasty = { HOLD_MS: '1000', SWEEP_INTERVAL_MS: '200' };

/** Holds that end in no test. */
const lasting = { ...hasty, HOLD_MS: '600000' };

let stack: Stack;
/** What the workers have written. */
const lines: string[] = [];

beforeAll(async () => {
  stack = await startTestStack({ workers: 0, onLine: (line) => lines.push(line) });
});

afterAll(() => stack?.stop());

const begin = async (options: FreshOptions): Promise<string> => {
  await stack.beginAnew({ ...options, events: { loseFraction: 1 } });
  return stack.makeTemplate();
};

/** A template whose sender has a configuration set. */
async function templateOf(configurationSet: string, tracking = {}): Promise<string> {
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', {
      name: 'Set',
      fromEmail: 'set@acme.test',
      configurationSet,
      tracking,
    }),
  );
  const template = { name: 'Set', subject: 'Hello', html: '<p>Hello</p>', senderProfileId };
  return idOf(await stack.client.post('/templates', template));
}

const isHeld = (scope: string, reason: string) =>
  eventually(
    async () => {
      const text = await (await fetch(`${stack.apiUrl}/metrics`)).text();
      return text.includes(`postroom_hold{scope="${scope}",reason="${reason}"} 1`);
    },
    { what: `${scope} to be held` },
  );

const untilStatuses = (wanted: Readonly<Record<string, number>>) =>
  eventually(async () => expect(await stack.database.statuses()).toEqual(wanted));

/** Calls of SendEmail that a fault struck. */
const answered = (outcome: string) => stack.ses.outcomes().SendEmail?.[outcome] ?? 0;

async function attemptsMatchTheirRows(): Promise<void> {
  const wrong = await stack.database.rows(
    `SELECT s.id FROM email_sends s
     WHERE s.attempts <> (SELECT count(*) FROM send_attempts a WHERE a.send_id = s.id)
        OR s.attempts_spent <> (SELECT count(*) FROM send_attempts a WHERE a.send_id = s.id AND a.spent)
        OR s.attempts_spent > 8`,
  );
  expect(wrong).toEqual([]);
}

const mostAttempts = async () =>
  Number((await stack.database.rows('SELECT max(attempts) AS most FROM email_sends'))[0]?.most);

describe('a sender whose MAIL FROM domain is not verified', () => {
  test('fails one send per hold, the others wait without an attempt, and other senders go on', async () => {
    const templateId = await begin({ workerEnv: { ...lasting, WORKER_CONCURRENCY: '3' }, workers: 2 });
    stack.ses.faults.set({ faults: [{ kind: 'mailFromNotVerified', match: { recipient: 'broken' } }] });
    const ids = await post(stack, templateId, { count: 60, prefix: 'broken' });
    await eventually(async () => ((await stack.database.statuses()).Failed ?? 0) > 0);
    const other = await stack.makeTemplate();
    await post(stack, other, { count: 20, prefix: 'fine' });
    await eventually(async () => ((await stack.database.statuses()).Sent ?? 0) === 20);
    // What was in hand when the first answer came may have gone out with it, and no more.
    await eventually(async () => ((await stack.database.statuses()).Processing ?? 0) === 0);
    const { Failed: failed = 0, Queued: queued = 0 } = await stack.database.statuses();
    expect(failed).toBeLessThanOrEqual(6);
    expect(failed + queued).toBe(ids.length);
    const [profile] = await stack.database.rows(
      'SELECT id FROM sender_profiles WHERE flagged_reason IS NOT NULL',
    );
    await isHeld(`sender_profile:${String(profile?.id)}`, 'sender_unverified');
    await attemptsMatchTheirRows();
    expect(await mostAttempts()).toBeLessThanOrEqual(2);
  });

  test('is tried again by one send after each hold, and all go out once SES accepts it', async () => {
    const templateId = await begin({ workerEnv: { ...hasty, WORKER_CONCURRENCY: '3' } });
    stack.ses.faults.set({ faults: [{ kind: 'mailFromNotVerified' }] });
    await post(stack, templateId, { count: 40 });
    await eventually(async () => answered('mailFromNotVerified') > 3);
    const { Failed: failed = 0 } = await stack.database.statuses();
    expect(failed).toBeLessThan(20);
    stack.ses.faults.clear();
    const inAll = await eventually(async () => {
      const { Failed = 0, Sent = 0 } = await stack.database.statuses();
      return Failed + Sent === 40 && { sent: Sent };
    });
    expect(inAll.sent).toBe(stack.ses.ledger.summary().accepted);
    await attemptsMatchTheirRows();
  });
});

describe('a paused configuration set', () => {
  test('holds its own mail without spinning, fails none, and goes on by itself', async () => {
    const templateId = await begin({ workerEnv: { ...hasty, WORKER_CONCURRENCY: '5' } });
    const paused = await templateOf('news');
    stack.ses.faults.set({ faults: [{ kind: 'paused', match: { from: 'set@' } }] });
    await post(stack, paused, { count: 30, prefix: 'paused' });
    await isHeld('configuration_set:news', 'sending_paused');
    await post(stack, templateId, { count: 10, prefix: 'fine' });
    await untilStatuses({ Queued: 30, Sent: 10 });
    const before = answered('paused');
    await eventually(() => answered('paused') >= before + 2);
    // Those that were in hand at first, and then one per hold, however many wait.
    const [{ count: attempts = 0 } = {}] = await stack.database.rows(
      "SELECT count(*)::int AS count FROM send_attempts WHERE outcome <> 'sent'",
    );
    expect(Number(attempts)).toBeLessThanOrEqual(answered('paused') + 10);
    stack.ses.faults.clear();
    await untilStatuses({ Sent: 40 });
    expect(stack.ses.ledger.summary().duplicates).toEqual({});
    await attemptsMatchTheirRows();
  });
});

describe('an account', () => {
  test('that is suspended keeps its mail waiting, and fails it with that reason once the time is over', async () => {
    const account = { enforcementStatus: 'SHUTDOWN' } as const;
    const waiting = { ...lasting, WORKER_CONCURRENCY: '5' };
    const templateId = await begin({ workerEnv: waiting, workers: 2, account });
    await post(stack, templateId, { count: 150 });
    await isHeld('account', 'account_suspended');
    await untilStatuses({ Queued: 150 });
    // The same hold, to workers whose time has been over for a while.
    await Promise.all(stack.workers.map((worker) => worker.stop()));
    for (const _ of [1, 2])
      await stack.startWorker({ ...waiting, SWEEP_INTERVAL_MS: '200', SUSPENDED_FAIL_AFTER_MS: '100' });
    await untilStatuses({ Failed: 150 });
    const reasons = await stack.database.rows(
      'SELECT DISTINCT failure_class, failure_message FROM email_sends',
    );
    expect(reasons).toEqual([
      { failure_class: 'account_suspended', failure_message: expect.stringMatching(/^SES has suspended /) },
    ]);
    expect(stack.ses.ledger.summary().accepted).toBe(0);
    await attemptsMatchTheirRows();
    await eventually(async () => {
      const text = await (await fetch(`${stack.apiUrl}/metrics`)).text();
      return text.includes('postroom_queue_jobs{state="failed"} 150');
    });
  });

  test('whose suspension ends in time sends what waited', async () => {
    const templateId = await begin({ workerEnv: hasty });
    stack.ses.faults.set({ faults: [{ kind: 'suspended' }] });
    await post(stack, templateId, { count: 30 });
    await isHeld('account', 'account_suspended');
    stack.ses.faults.clear();
    await untilStatuses({ Sent: 30 });
    await attemptsMatchTheirRows();
  });

  test('whose quota is spent waits, and goes on when SES says that it is free again', async () => {
    const templateId = await begin({ workerEnv: lasting, account: { max24HourSend: 100, sentBefore: 100 } });
    await post(stack, templateId, { count: 20 });
    await isHeld('account', 'quota_spent');
    await untilStatuses({ Queued: 20 });
    // The hold is too long to end by itself: what ends it is asking.
    stack.ses.account.set({ sentBefore: 0 });
    await untilStatuses({ Sent: 20 });
    await attemptsMatchTheirRows();
  });

  test('with refused credentials is tried by one send per hold', async () => {
    const templateId = await begin({ workerEnv: { ...hasty, WORKER_CONCURRENCY: '5' }, workers: 2 });
    stack.ses.faults.set({ faults: [{ kind: 'credentials' }] });
    await post(stack, templateId, { count: 60 });
    await isHeld('account', 'credentials_refused');
    const before = answered('credentials');
    await eventually(() => answered('credentials') >= before + 2);
    await attemptsMatchTheirRows();
    expect(await mostAttempts()).toBeLessThanOrEqual(answered('credentials'));
    stack.ses.faults.clear();
    await untilStatuses({ Sent: 60 });
    expect(stack.ses.ledger.summary().duplicates).toEqual({});
  });
});

test('FLUSHALL during a hold costs time alone: the next answer of SES places it again', async () => {
  const templateId = await begin({ workerEnv: { ...lasting, WORKER_CONCURRENCY: '2' } });
  stack.ses.faults.set({ faults: [{ kind: 'suspended' }] });
  await post(stack, templateId, { count: 20 });
  await isHeld('account', 'account_suspended');
  const before = answered('suspended');
  await stack.flushRedis();
  await eventually(() => answered('suspended') > before);
  await isHeld('account', 'account_suspended');
  await untilStatuses({ Queued: 20 });
  stack.ses.faults.clear();
  await stack.liftHolds();
  await untilStatuses({ Sent: 20 });
  await attemptsMatchTheirRows();
});

describe('a second account of SES', () => {
  let other: FakeSes;

  beforeAll(async () => {
    other = await startFakeSes({ account: { maxSendRate: 2 } });
  });
  afterAll(() => other?.stop());

  /** Makes the account known, and a template of a sender that is sent through it. */
  async function templateThere(endpoint = other.url, tracking = {}): Promise<string> {
    const templateId = await templateOf('news', tracking);
    await stack.database.rows(
      `WITH account AS (
         INSERT INTO ses_accounts (id, name, region, endpoint) VALUES (gen_random_uuid(), 'slow', 'eu-west-1', $1) RETURNING id)
       UPDATE sender_profiles SET account_id = account.id FROM account WHERE configuration_set = 'news'`,
      [endpoint],
    );
    return templateId;
  }

  const sentBy = (ses: FakeSes) => ses.ledger.summary().accepted;

  /** Whether an account, the environment's unless told, was slowed down of late: what SES throttles is. */
  const isSlowed = async (scope = '') =>
    (await stack.redisCommand('HEXISTS', `postroom:${scope}pace`, 'slowed')) === ':1';

  test('sends at its own pace, slows down alone and waits for its own holds, which hold nothing of the others', async () => {
    const templateId = await begin({ workerEnv: { ...hasty, WORKER_CONCURRENCY: '10' } });
    const there = await templateThere();
    await post(stack, there, { count: 12, prefix: 'slow' });
    await eventually(() => sentBy(other) > 0);
    // Behind a backlog of more than a worker has places, that takes its account six seconds.
    await post(stack, templateId, { count: 40, prefix: 'fast' });
    await eventually(() => sentBy(stack.ses) === 40);
    expect(sentBy(other)).toBeLessThan(12);
    other.faults.set({ faults: [{ kind: 'paused' }] });
    await eventually(async () => {
      const text = await (await fetch(`${stack.apiUrl}/metrics`)).text();
      return text.includes(
        'postroom_hold{scope="configuration_set:news",reason="sending_paused",account="slow"} 1',
      );
    });
    const told = /"level":"error".*"account":"slow".*"hold_placed".*"code":"SendingPausedException"/;
    await eventually(() => lines.some((line) => told.test(line)));
    const here = await templateOf('own');
    await post(stack, here, { count: 20, prefix: 'more' });
    await eventually(() => sentBy(stack.ses) === 60);
    other.faults.set({ faults: [{ kind: 'throttle' }] });
    const [{ id } = {}] = await stack.database.rows('SELECT id FROM ses_accounts');
    await eventually(() => isSlowed(`account:${String(id)}:`));
    await post(stack, templateId, { count: 20, prefix: 'on' });
    await eventually(() => sentBy(stack.ses) === 80);
    expect(await isSlowed()).toBe(false);
    expect([sentBy(other) < 12, other.outcomes().SendEmail?.throttle]).toEqual([true, expect.any(Number)]);
    other.faults.clear();
    await untilStatuses({ Sent: 92 });
    expect([sentBy(stack.ses), sentBy(other)]).toEqual([80, 12]);
    expect(other.ledger.summary().duplicates).toEqual({});
    await attemptsMatchTheirRows();
  });

  test('has none of its mail sent through another, also where its job is in the queue of that', async () => {
    const env = { ...hasty, WORKER_CONCURRENCY: '2' };
    await begin({ workerEnv: env, workers: 0 });
    const there = await templateThere();
    const [id = ''] = await post(stack, there, { count: 1, prefix: 'stray' });
    const queue = openSendQueue({ url: stack.redis().url, prefix: 'postroom', onError: () => undefined });
    // As a sweeper of the version before would do.
    const job = { sendId: id, workspaceId: id, epoch: 0, lane: 'transactional', accountId: null } as const;
    await eventually(() => queue.add([job]).then(() => true));
    const before = sentBy(other);
    await stack.startWorker(env);
    await untilStatuses({ Sent: 1 });
    expect([sentBy(stack.ses), sentBy(other)]).toEqual([0, before + 1]);
    await queue.close();
  });

  test('that is the real SES is given no links that lead nowhere, though the default is a local one', async () => {
    const env = { ...hasty, MAX_ATTEMPTS: '1' };
    await begin({ workerEnv: env, workers: 0 });
    const there = await templateThere('https://127.0.0.1:9', { opens: true });
    await post(stack, there, { count: 1, prefix: 'tracked' });
    await stack.startWorker(env);
    await untilStatuses({ Failed: 1 });
    const reasons = await stack.database.rows('SELECT failure_class FROM email_sends');
    expect(reasons).toEqual([{ failure_class: 'links' }]);
  });
});

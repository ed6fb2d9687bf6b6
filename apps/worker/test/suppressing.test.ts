import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SesEventDetail, SesEventType } from '@postroom/servers';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack();
  templateId = await stack.makeTemplate();
});

afterAll(() => stack?.stop());

type Reported = readonly [what: string, type: SesEventType, detail: SesEventDetail, isSuppressed: boolean];

const bounce = (bounceSubType: string, isSuppressed = true): Reported => [
  bounceSubType,
  'Bounce',
  { bounceType: 'Permanent', bounceSubType },
  isSuppressed,
];

const reported: readonly Reported[] = [
  bounce('General'),
  bounce('NoEmail'),
  bounce('Suppressed'),
  bounce('OnAccountSuppressionList'),
  bounce('OnTenantSuppressionList'),
  bounce('EmailValidationSuppressed'),
  bounce('UnsubscribedRecipient', false),
  ['a soft bounce', 'Bounce', { bounceType: 'Transient', bounceSubType: 'MailboxFull' }, false],
  ['an undetermined bounce', 'Bounce', { bounceType: 'Undetermined', bounceSubType: 'Undetermined' }, false],
  ['a complaint', 'Complaint', {}, true],
  ['a complaint that is taken back', 'Complaint', { complaintFeedbackType: 'not-spam' }, false],
  ['the account’s list', 'Complaint', { complaintSubType: 'OnAccountSuppressionList' }, true],
  ['a delivery', 'Delivery', {}, false],
  ['a reject', 'Reject', {}, false],
];

const statusesOf = async (ids: readonly string[]) => {
  const rows = await stack.database.rows(
    'SELECT id, status::text FROM email_sends WHERE id = ANY($1::uuid[])',
    [ids],
  );
  const byId = new Map(rows.map(({ id, status }) => [String(id), String(status)]));
  return ids.map((id) => byId.get(id));
};

const untilAllEnd = (ids: readonly string[]) =>
  eventually(
    async () => {
      const statuses = await statusesOf(ids);
      return statuses.every((status) => status !== 'Queued' && status !== 'Processing') && statuses;
    },
    { what: 'all sends to be at their ends' },
  );

test('mail that waits while its recipient bounces or complains is skipped, and other mail goes out', async () => {
  const count = reported.length;
  const first = await post(stack, templateId, { count, prefix: 'who' });
  await untilAllEnd(first);
  await Promise.all(stack.workers.map((worker) => worker.stop()));
  const item = (at: number) => ({ idempotencyKey: `again-${at}` });
  const waiting = await post(stack, templateId, { count, prefix: 'who', item });
  const copied = await post(stack, templateId, {
    count: 1,
    prefix: 'copied',
    item: () => ({ cc: 'who-0@example.com, fine@example.com' }),
  });
  for (const [at, [, type, detail]] of reported.entries()) {
    const [entry] = stack.ses.ledger.entriesOf(first[at] ?? '');
    if (entry === undefined) throw new Error('a send that ended is not in the ledger');
    stack.ses.events?.publish(type, entry, detail);
  }
  await eventually(
    async () => {
      // Of each: that SES took it, that it was delivered, and what is reported now.
      const [row] = await stack.database.rows(
        'SELECT count(*)::int AS count FROM email_events WHERE send_id = ANY($1::uuid[])',
        [first],
      );
      return Number(row?.count) === 3 * count;
    },
    { what: 'all events to be stored' },
  );
  await stack.startWorker();
  const statuses = await untilAllEnd(waiting);
  expect(reported.map(([what], at) => [what, statuses[at]])).toEqual(
    reported.map(([what, , , isSuppressed]) => [what, isSuppressed ? 'Skipped' : 'Sent']),
  );
  expect(waiting.map((id) => stack.ses.ledger.entriesOf(id).length)).toEqual(
    reported.map(([, , , isSuppressed]) => (isSuppressed ? 0 : 1)),
  );

  await untilAllEnd(copied);
  const [id = ''] = copied;
  expect(stack.ses.ledger.entriesOf(id)).toMatchObject([{ cc: ['fine@example.com'] }]);
  const { body } = await stack.client.get(`/emails/${id}/events`);
  expect(body).toMatchObject({
    events: expect.arrayContaining([
      expect.objectContaining({
        type: 'attempt',
        detail: expect.objectContaining({ dropped: [{ recipient: 'cc[0]', reason: 'suppressed' }] }),
      }),
    ]),
  });
}, 60_000);

test('marketing mail is paused by what SES reports, other mail goes on, and by hand it is resumed', async () => {
  await stack.beginAnew({ workerEnv: { SWEEP_INTERVAL_MS: '50', RATES_LEAST_DELIVERIES: '20' } });
  const own = await stack.makeTemplate();
  const good = await post(stack, own, { count: 25, prefix: 'good' });
  const bad = await post(stack, own, {
    count: 5,
    prefix: 'bad',
    item: (at) => ({ to: { email: `bounce+${at}@simulator.amazonses.com` } }),
  });
  await untilAllEnd([...good, ...bad]);
  const states = async () => JSON.stringify((await stack.client.get('/rates')).body);
  await eventually(async () => (await states()).includes('"state":"paused"'), { what: 'the pause' });

  const group = await stack.client.post('/subscription-groups', { name: 'News', type: 'OptOut' });
  const marketing = await post(stack, own, {
    count: 3,
    prefix: 'news',
    item: () => ({ subscriptionGroupId: idOf(group) }),
  });
  const others = await post(stack, own, { count: 3, prefix: 'receipt' });
  await untilAllEnd(others);
  expect(await statusesOf(others)).toEqual(['Sent', 'Sent', 'Sent']);
  expect(await statusesOf(marketing)).toEqual(['Queued', 'Queued', 'Queued']);
  expect((await stack.client.post('/rates/resume', {})).status).toBe(200);
  expect(await untilAllEnd(marketing)).toEqual(['Sent', 'Sent', 'Sent']);
  expect(await states()).not.toContain('"state":"paused"');
}, 60_000);

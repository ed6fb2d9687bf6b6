import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toTypeId } from '@postroom/contracts';
import type { AttemptRecord, ClaimedSend, ProviderEvent } from '@postroom/core';
import { AttemptStore, ClaimStore, EventStore, SweepStore } from '@postroom/db';
import { isoTime } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { historyOf, type Reading, startReading } from './reading.ts';

let api: TestApi;
let reading: Reading;

beforeAll(async () => {
  api = await startApi();
  reading = await startReading(api);
});
afterAll(() => api.close());

const anEmail = async (overrides = {}): Promise<string> => (await reading.emails(overrides)).ids[0] ?? '';

async function claim(sendId: string, epoch = 0): Promise<ClaimedSend> {
  const request = { sendId, epoch, leaseToken: randomUUID() };
  const result = (
    await new ClaimStore(api.sql).claim([request], { leaseMs: 30_000, worker: 'worker-1' })
  ).get(request.leaseToken);
  if (result?.kind !== 'claimed') throw new Error(`not claimed but ${result?.kind}`);
  return result.send;
}

/** Claims a send and records what became of it. */
async function attempt(sendId: string, result: AttemptRecord['result'], inDoubtWindowMs = 0): Promise<void> {
  const { leaseToken, attempt: number } = await claim(sendId);
  const record = { sendId, leaseToken, attempt: number, result };
  await new AttemptStore(api.sql).record([record], { inDoubtWindowMs });
}

const sent: AttemptRecord['result'] = { kind: 'sent', providerMessageId: 'ses-1', subject: 'Hello' };
const throttled = { code: 'TooManyRequestsException', message: 'slow down', httpStatus: 429 };

let minute = 0;
/** Each reported a minute after the one before, in the order that they are made in. */
function anEvent(
  sendId: string,
  type: ProviderEvent['type'],
  changes: Partial<ProviderEvent> = {},
): ProviderEvent {
  minute += 1;
  return {
    sourceId: randomUUID(),
    type,
    sendId,
    attempt: 2,
    providerMessageId: 'ses-1',
    occurredAt: new Date(Date.now() + minute * 60_000),
    isPermanentBounce: type === 'bounce' ? true : null,
    recipients: ['hidden@example.com'],
    detail: {},
    ...changes,
  };
}

const typesOf = async (id: string) => (await historyOf(reading.workspace, id)).map(({ type }) => type);

test('a send that waits has been accepted, and scheduled when it was', async () => {
  const id = await anEmail();
  expect(await historyOf(reading.workspace, id)).toEqual([
    { type: 'accepted', at: expect.stringMatching(isoTime) },
  ]);
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const later = await anEmail({ scheduled_at: scheduledAt });
  const events = await historyOf(reading.workspace, toTypeId(later));
  expect(events).toMatchObject([{ type: 'accepted' }, { type: 'scheduled', detail: { scheduledAt } }]);
});

test('attempts, the end and what the provider reports come in the order that they happened in', async () => {
  const id = await anEmail({ bcc: ['hidden@example.com'] });
  await attempt(id, { kind: 'retry', delayMs: 0, isSpent: true, error: throttled });
  await attempt(id, sent);
  await new EventStore(api.sql).record([
    anEvent(id, 'send'),
    anEvent(id, 'delay', { detail: { delayType: 'MailboxFull' } }),
    anEvent(id, 'delivery'),
    anEvent(id, 'open', { detail: { userAgent: 'UA' } }),
    anEvent(id, 'click', { detail: { link: 'https://acme.test/' } }),
    anEvent(id, 'bounce', { detail: { bounceType: 'Permanent' } }),
    anEvent(id, 'complaint'),
    anEvent(id, 'subscription', { attempt: null }),
  ]);
  const events = await historyOf(reading.workspace, id);
  expect(events).toEqual([
    { type: 'accepted', at: expect.stringMatching(isoTime) },
    {
      type: 'attempt',
      at: expect.stringMatching(isoTime),
      attempt: 1,
      outcome: 'retry',
      error: { code: 'TooManyRequestsException', message: 'slow down' },
      detail: { finishedAt: expect.stringMatching(isoTime) },
    },
    {
      type: 'attempt',
      at: expect.stringMatching(isoTime),
      attempt: 2,
      outcome: 'sent',
      detail: { finishedAt: expect.stringMatching(isoTime) },
    },
    { type: 'sent', at: expect.stringMatching(isoTime), detail: { providerMessageId: 'ses-1' } },
    { type: 'delayed', at: expect.stringMatching(isoTime), attempt: 2, detail: { delayType: 'MailboxFull' } },
    { type: 'delivered', at: expect.stringMatching(isoTime), attempt: 2 },
    {
      type: 'opened',
      at: expect.stringMatching(isoTime),
      attempt: 2,
      machine: false,
      reason: null,
      detail: { userAgent: 'UA' },
    },
    {
      type: 'clicked',
      at: expect.stringMatching(isoTime),
      attempt: 2,
      machine: false,
      reason: null,
      url: 'https://acme.test/',
    },
    {
      type: 'bounced',
      at: expect.stringMatching(isoTime),
      attempt: 2,
      bounceType: 'Permanent',
      bounceSubType: null,
      diagnostic: null,
      provider: false,
      detail: { bounceType: 'Permanent' },
    },
    { type: 'complained', at: expect.stringMatching(isoTime), attempt: 2 },
    { type: 'subscription', at: expect.stringMatching(isoTime) },
  ]);
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted());
  expect(JSON.stringify(events)).not.toContain('@');
});

test('an attempt that is under way has no outcome yet', async () => {
  const id = await anEmail();
  await claim(id);
  const [, underWay] = await historyOf(reading.workspace, id);
  expect(underWay).toEqual({ type: 'attempt', at: expect.stringMatching(isoTime), attempt: 1 });
});

test('a send that failed or was skipped says why, when the attempt that decided it ended', async () => {
  const [failed, skipped] = [await anEmail(), await anEmail()];
  const error = { code: 'MessageRejected', message: 'refused', httpStatus: 400 };
  await attempt(failed, { kind: 'failed', failureClass: 'rejected', message: 'SES refused it', error });
  await attempt(skipped, { kind: 'skipped', message: 'Unsubscribed', isSuppressed: false });
  const refusal = anEvent(failed, 'reject', { detail: { reason: 'Bad content' } });
  // The bounce changes the row once more: it must not seem to have failed only then.
  await new EventStore(api.sql).record([refusal, anEvent(failed, 'bounce')]);
  const events = await historyOf(reading.workspace, failed);
  expect(events).toMatchObject([
    { type: 'accepted' },
    { type: 'attempt', outcome: 'failed', error: { code: 'MessageRejected' } },
    { type: 'failed', message: 'SES refused it', at: events[1]?.detail?.finishedAt },
    { type: 'rejected', detail: { reason: 'Bad content' } },
    { type: 'bounced' },
  ]);
  expect(await historyOf(reading.workspace, skipped)).toMatchObject([
    { type: 'accepted' },
    { type: 'attempt', outcome: 'skipped' },
    { type: 'skipped', message: 'Unsubscribed' },
  ]);
});

test('a canceled send says when', async () => {
  const id = await anEmail();
  expect((await reading.workspace.post(`/emails/${id}/cancel`, undefined)).status).toBe(200);
  expect(await typesOf(id)).toEqual(['accepted', 'canceled']);
});

test('a message that the provider took beside the one that counts is shown: the mail may have gone out twice', async () => {
  const id = await anEmail();
  await attempt(id, {
    kind: 'in_doubt',
    error: { code: 'TimeoutError', message: 'no answer', httpStatus: null },
  });
  await new SweepStore(api.sql).resolveDoubts({
    limit: 1_000,
    maxAttempts: 8,
    policies: { transactional: 'resend', marketing: 'hold' },
  });
  const { leaseToken, attempt: number } = await claim(id, 1);
  await new AttemptStore(api.sql).record([{ sendId: id, leaseToken, attempt: number, result: sent }], {
    inDoubtWindowMs: 0,
  });
  await new EventStore(api.sql).record([
    anEvent(id, 'send', { attempt: 1, providerMessageId: 'ses-0' }),
    anEvent(id, 'send', { attempt: 2, providerMessageId: 'ses-1' }),
  ]);
  expect(await historyOf(reading.workspace, id)).toMatchObject([
    { type: 'accepted' },
    { type: 'attempt', outcome: 'in_doubt', error: { code: 'TimeoutError' } },
    { type: 'attempt', outcome: 'sent' },
    { type: 'sent', detail: { providerMessageId: 'ses-1' } },
    { type: 'sent', attempt: 1, detail: { providerMessageId: 'ses-0' } },
  ]);
});

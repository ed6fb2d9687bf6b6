import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  emailDetailSchema,
  emailResponseSchema,
  emailSendSchema,
  parseSendId,
  sendStatuses,
  toTypeId,
} from '@postroom/contracts';
import { newId } from '@postroom/core';
import { ClaimStore, EventStore } from '@postroom/db';
import { freePort } from '@postroom/servers';
import { atOnce, errorOf, single } from '../contract/batch-items.ts';
import { type Json, startApi, type TestApi } from '../start-api.ts';
import { behindALock, type Changing, rowOf, secondsAhead, startChanging } from './start-changing.ts';

let api: TestApi;
let mail: Changing;

beforeAll(async () => {
  api = await startApi();
  mail = await startChanging(api);
});
afterAll(() => api.close());

const failure = { failureClass: 'rejected', failureMessage: 'SES refused the message: MessageRejected: no' };
const aFailedSend = (row = {}) => mail.aSendThatIs('Failed', { ...failure, ...row });

async function claim(sendId: string, epoch: number) {
  const wish = { sendId, epoch, leaseToken: newId() };
  return (await new ClaimStore(api.sql).claim([wish], { leaseMs: 30_000, worker: 'test' })).get(
    wish.leaseToken,
  );
}

describe('POST /emails/:id/retry', () => {
  test('queues a failed send again under a new epoch, with a job and no attempt spent', async () => {
    const id = await aFailedSend({ attempts: 3, attemptsSpent: 3, epoch: 2, providerMessageId: 'm-1' });
    const jobs = await api.countJobs();
    const answer = await mail.post(`/emails/${id}/retry`);
    expect(answer.status).toBe(200);
    expect(emailSendSchema.strict().parse(answer.body)).toMatchObject({
      id,
      status: 'Queued',
      failureMessage: null,
      providerMessageId: null,
    });
    expect((await api.countJobs()) - jobs).toBe(1);
    expect(await rowOf(api, id)).toMatchObject({
      epoch: 3,
      attempts: 3,
      attemptsSpent: 0,
      failureClass: null,
      resends: 0,
    });
    expect(await claim(id, 2)).toEqual({ kind: 'gone' });
    expect(await claim(id, 3)).toMatchObject({ kind: 'claimed', send: { attempt: 4, attemptsSpent: 0 } });
  });

  test('sends it through the account that its sender profile has by now', async () => {
    const before = await aFailedSend({ accountId: null });
    const accountId = await mail.useAnotherAccount();
    await mail.post(`/emails/${before}/retry`);
    expect(await rowOf(api, before)).toMatchObject({ status: 'Queued', accountId });
    await api.prisma.senderProfile.updateMany({ where: { accountId }, data: { accountId: null } });
    const after = await aFailedSend({ accountId });
    await mail.post(`/emails/${after}/retry`);
    expect(await rowOf(api, after)).toMatchObject({ status: 'Queued', accountId: null });
  });

  test('answers in the form of the id', async () => {
    const id = await aFailedSend();
    const { body } = await mail.post(`/emails/${toTypeId(id)}/retry`);
    const { email } = emailResponseSchema.strict().parse(body);
    expect(email).toMatchObject({ id: toTypeId(id), status: 'queued' });
    expect(email.error).toBeUndefined();
  });

  test.each(sendStatuses.filter((status) => status !== 'Failed'))(
    'refuses a send that is %s, says so, and changes nothing',
    async (status) => {
      const id = await mail.aSendThatIs(status);
      const before = await rowOf(api, id);
      const error = errorOf(await mail.post(`/emails/${id}/retry`));
      expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status } });
      expect(error.message).toContain(`is ${status}`);
      expect(await rowOf(api, id)).toEqual(before);
    },
  );

  test('50 at once: the first wins, the others are refused, and there is one job', async () => {
    const id = await aFailedSend();
    const jobs = await api.countJobs();
    const answers = await atOnce(50, () => mail.post(`/emails/${id}/retry`));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    expect((await api.countJobs()) - jobs).toBe(1);
    expect(await rowOf(api, id)).toMatchObject({ status: 'Queued', epoch: 1 });
  });

  test.each([
    ['is under way again', { status: 'Queued', epoch: 1 }],
    ['has failed again', { status: 'Failed', epoch: 1 }],
  ] as const)('is refused when another retry was first and the send %s', async (_, change) => {
    const id = await aFailedSend();
    const answer = await behindALock(api, { id, change, request: () => mail.post(`/emails/${id}/retry`) });
    const error = errorOf(answer);
    expect(error).toMatchObject({ status: 409, details: { status: change.status } });
    expect(error.message).toContain('Another request retried this email first');
    expect(await rowOf(api, id)).toMatchObject(change);
  });

  test('without a queue answers all the same, and leaves the send to the next sweep', async () => {
    const alone = await startApi({
      redisUrl: `redis://127.0.0.1:${await freePort()}`,
      env: { ENQUEUE_BUDGET_MS: '50' },
    });
    try {
      const offline = await startChanging(alone);
      const id = await offline.aSendThatIs('Failed', failure);
      expect((await offline.post(`/emails/${id}/retry`)).status).toBe(200);
      const [row] = await alone.prisma.$queryRaw<{ is_due: boolean }[]>`
        SELECT sweep_at <= now() + interval '1 second' AS is_due FROM email_sends WHERE id = ${id}::uuid AND status = 'Queued'`;
      expect(row).toEqual({ is_due: true });
    } finally {
      await alone.close();
    }
  });
});

describe('a send whose delivery is unknown', () => {
  const unknown = {
    failureClass: 'in_doubt',
    failureMessage: 'Whether SES accepted the message is unknown.',
  };

  test('is marked as sent again by its retry', async () => {
    const id = await aFailedSend({ ...unknown, resends: 1 });
    await mail.post(`/emails/${id}/retry`);
    expect(await rowOf(api, id)).toMatchObject({ status: 'Queued', resends: 2 });
    expect(await claim(id, 1)).toMatchObject({ kind: 'claimed', send: { acceptedEarlier: null } });
  });

  test('is not sent again when SES has reported of it after all', async () => {
    const id = await aFailedSend(unknown);
    const event = {
      sourceId: newId(),
      type: 'delivery',
      sendId: id,
      attempt: 1,
      providerMessageId: 'm-late',
      occurredAt: new Date(),
      isPermanentBounce: null,
      recipients: [],
      detail: {},
    } as const;
    await new EventStore(api.sql).record([event]);
    await mail.post(`/emails/${id}/retry`);
    const send = { acceptedEarlier: { providerMessageId: 'm-late' } };
    expect(await claim(id, 1)).toMatchObject({ kind: 'claimed', send });
  });

  test.each(['delivered', 'bounced'] as const)(
    'is not sent again when SES reported that it was %s, and what it reported has been removed',
    async (delivery) => {
      const id = await aFailedSend({ ...unknown, delivery });
      await mail.post(`/emails/${id}/retry`);
      const send = { acceptedEarlier: { providerMessageId: null } };
      expect(await claim(id, 1)).toMatchObject({ kind: 'claimed', send });
    },
  );
});

test('an email is not sent by a retry once its domain was given up, nor at its moment once another workspace has it', async () => {
  const domain = `${newId()}.test`;
  const register = async (workspaceId: string) => {
    const data = { id: newId(), workspaceId, domain, status: 'verified' } as const;
    return (await api.prisma.domain.create({ data })).id;
  };
  const domainId = await register(mail.workspace.id);
  const from = `Acme <hello@${domain}>`;
  const failed = await mail.aSendThatIs('Failed', { ...failure, failureClass: 'unreachable' }, { from });
  const due = { nextAttemptAt: new Date() };
  const later = { from, scheduledAt: secondsAhead(3_600).toISOString() };
  const scheduled = [
    await mail.aSendThatIs('Queued', due, later),
    await mail.aSendThatIs('Queued', due, later),
  ];
  const waiting = await mail.aSendThatIs('Queued', { createdAt: secondsAhead(-3_600) }, { from });
  const fresh = await mail.aSendThatIs('Queued', {}, { from });

  const headers = { 'x-api-key': mail.workspace.key };
  await api.call(`/api/v1/domains/${domainId}`, { method: 'DELETE', headers });
  const error = errorOf(await mail.post(`/emails/${failed}/retry`));
  expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status: 'Failed' } });
  expect(error.message).toContain('its sender is not verified');
  expect(await claim(scheduled[0] ?? '', 0)).toMatchObject({ send: { isSenderHeldElsewhere: false } });
  await register((await api.makeWorkspace()).id);
  expect(await claim(scheduled[1] ?? '', 0)).toMatchObject({ send: { isSenderHeldElsewhere: true } });
  expect(await claim(waiting, 0)).toMatchObject({ send: { isSenderHeldElsewhere: true } });
  // Nothing is looked up of what goes out soon after it was accepted.
  expect(await claim(fresh, 0)).toMatchObject({ send: { isSenderHeldElsewhere: false } });
});

describe('an email that was refused when it was accepted', () => {
  const anEmail = (overrides: Json): Json => ({
    to: ['ada@example.com'],
    subject: 'Hello',
    text: 'Hello',
    ...overrides,
  });

  async function acceptFailed(email: Json): Promise<string> {
    const { status, body } = await mail.workspace.post('/emails/batch', { emails: [email] });
    expect(status).toBe(200);
    const emails = typeof body === 'object' && body !== null && 'emails' in body ? body.emails : [];
    const made = emailDetailSchema
      .pick({ id: true, status: true })
      .parse(Array.isArray(emails) ? single(emails) : null);
    expect(made.status).toBe('failed');
    return parseSendId(made.id)?.uuid ?? '';
  }

  test('for its sender is refused until the sender is verified, and then goes out through it', async () => {
    const from = `${newId()}@new.test`;
    const id = await acceptFailed(anEmail({ from }));
    const before = await rowOf(api, id);
    const error = errorOf(await mail.post(`/emails/${toTypeId(id)}/retry`));
    expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status: 'Failed' } });
    expect(error.message).toContain('its sender is not verified');
    expect(await rowOf(api, id)).toEqual(before);

    const senderProfileId = await mail.workspace.aSender({ fromEmail: from, configurationSet: 'own-set' });
    const answer = await mail.post(`/emails/${id}/retry`);
    expect(emailSendSchema.parse(answer.body)).toMatchObject({ status: 'Queued', senderProfileId });
    expect(await claim(id, 1)).toMatchObject({ kind: 'claimed', send: { configurationSet: 'own-set' } });
  });

  test('for its sender goes out once its domain is verified', async () => {
    const domain = `${newId()}.test`;
    const id = await acceptFailed(anEmail({ from: `hello@${domain}` }));
    await api.prisma.domain.create({
      data: { id: newId(), workspaceId: mail.workspace.id, domain, status: 'verified' },
    });
    expect((await mail.post(`/emails/${id}/retry`)).status).toBe(200);
  });

  test('is not sent before the moment that it was scheduled for', async () => {
    const from = `${newId()}@later.test`;
    const scheduledAt = secondsAhead(3_600);
    const id = await acceptFailed(anEmail({ from, scheduled_at: scheduledAt.toISOString() }));
    await mail.workspace.aSender({ fromEmail: from });
    const jobs = await api.countJobs();
    expect((await mail.post(`/emails/${id}/retry`)).status).toBe(200);
    expect(await rowOf(api, id)).toMatchObject({
      status: 'Queued',
      nextAttemptAt: scheduledAt,
      sweepAt: scheduledAt,
    });
    expect(await api.countJobs()).toBe(jobs);
    expect(await claim(id, 1)).toMatchObject({ kind: 'not_yet' });
    // It waits for that moment, which may still be another one.
    const later = secondsAhead(7_200);
    const moved = await mail.patch(`/emails/${id}`, { scheduledAt: later.toISOString() });
    expect(moved.status).toBe(200);
    expect(await rowOf(api, id)).toMatchObject({ status: 'Queued', scheduledAt: later, sweepAt: later });
    // To one that has passed as well: the sweeper, which has passed it too, looks a moment after.
    await mail.patch(`/emails/${id}`, { scheduledAt: '2020-01-01T00:00:00Z' });
    const { updatedAt, sweepAt } = await rowOf(api, id);
    expect(sweepAt?.getTime()).toBe(updatedAt.getTime() + 1_000);
  });

  test('because its key belongs to another email is never sent by a retry', async () => {
    const from = `${newId()}@acme.test`;
    await mail.workspace.aSender({ fromEmail: from });
    const idempotency_key = newId();
    const first = await mail.workspace.post('/emails/batch', {
      emails: [anEmail({ from, idempotency_key })],
    });
    expect(first.status).toBe(200);
    const id = await acceptFailed(anEmail({ from, idempotency_key, subject: 'Another' }));
    const error = errorOf(await mail.post(`/emails/${id}/retry`));
    expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status: 'Failed' } });
    expect(error.message).toContain('idempotency key');
  });

  test('of which the content was removed because of its age is never sent by a retry, and says since when it is gone', async () => {
    const id = await mail.aSendThatIs('Failed');
    const contentRemovedAt = new Date();
    await api.prisma.emailSend.update({ where: { id }, data: { contentRemovedAt } });
    const error = errorOf(await mail.post(`/emails/${id}/retry`));
    expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status: 'Failed' } });
    expect(error.message).toContain('its content was removed');
    const shown = await mail.workspace.get(`/emails/${toTypeId(id)}`);
    expect(shown.body).toMatchObject({ email: { content_removed_at: contentRemovedAt.toISOString() } });
  });
});

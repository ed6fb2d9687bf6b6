import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emailResponseSchema, emailSendSchema, sendStatuses, toTypeId } from '@postroom/contracts';
import { SweepStore } from '@postroom/db';
import { errorOf, issuePathsOf } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { behindALock, type Changing, rowOf, secondsAhead, startChanging } from './start-changing.ts';

let api: TestApi;
let mail: Changing;

beforeAll(async () => {
  api = await startApi();
  mail = await startChanging(api);
});
afterAll(() => api.close());

const aScheduledSend = () => mail.aSend({ scheduledAt: secondsAhead(3_600).toISOString() });
const sweepOnce = () => new SweepStore(api.sql).beginScheduled(500);

describe('PATCH /emails/:id', () => {
  test('moves a scheduled send, with everything that decides when it goes', async () => {
    const { id, status } = await aScheduledSend();
    expect(status).toBe('Scheduled');
    const at = secondsAhead(7_200);
    const answer = await mail.patch(`/emails/${id}`, { scheduledAt: at.toISOString() });
    expect(answer.status).toBe(200);
    const send = emailSendSchema.strict().parse(answer.body);
    expect(send).toMatchObject({ id, status: 'Scheduled', scheduledAt: at.toISOString() });
    expect(await rowOf(api, id)).toMatchObject({ scheduledAt: at, nextAttemptAt: at, sweepAt: at });
    expect(answer.body).toEqual((await mail.workspace.get(`/emails/${id}`)).body);
  });

  test('takes either spelling, any offset, and answers in the form of the id', async () => {
    const { id } = await aScheduledSend();
    const day = secondsAhead(86_400).toISOString().slice(0, 10);
    const { body } = await mail.patch(`/emails/${toTypeId(id)}`, { scheduled_at: `${day}T12:00:00+02:00` });
    const { email } = emailResponseSchema.strict().parse(body);
    expect(email).toMatchObject({ id: toTypeId(id), status: 'queued', scheduled_at: `${day}T10:00:00.000Z` });
  });

  test('to a moment that has passed makes the send due at once', async () => {
    const { id } = await aScheduledSend();
    expect((await sweepOnce()).map(({ sendId }) => sendId)).not.toContain(id);
    const answer = await mail.patch(`/emails/${id}`, { scheduledAt: '2020-01-01T00:00:00Z' });
    expect(answer.status).toBe(200);
    await api.prisma.emailSend.update({ where: { id }, data: { updatedAt: new Date(0) } });
    expect((await sweepOnce()).map(({ sendId }) => sendId)).toContain(id);
    const { status, updatedAt } = await rowOf(api, id);
    expect(status).toBe('Queued');
    expect(updatedAt.getTime()).toBeGreaterThan(0);
  });

  test.each(sendStatuses.filter((status) => status !== 'Scheduled'))(
    'refuses a send that is %s, says so, and changes nothing',
    async (status) => {
      const id = await mail.aSendThatIs(status);
      const before = await rowOf(api, id);
      const error = errorOf(
        await mail.patch(`/emails/${id}`, { scheduledAt: secondsAhead(60).toISOString() }),
      );
      expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status } });
      expect(error.message).toContain(`is ${status}`);
      expect(await rowOf(api, id)).toEqual(before);
    },
  );

  test.each([
    ['no moment', {}, 'scheduledAt'],
    [
      'both spellings',
      { scheduledAt: '2020-01-01T00:00:00Z', scheduled_at: '2020-01-01T00:00:00Z' },
      'scheduledAt',
    ],
    ['no offset', { scheduledAt: '2030-01-01T00:00:00' }, 'scheduledAt'],
    ['more than 30 days ahead', { scheduled_at: secondsAhead(31 * 86_400).toISOString() }, 'scheduled_at'],
    ['null', { scheduledAt: null }, 'scheduledAt'],
    ['another field', { scheduledAt: '2020-01-01T00:00:00Z', subject: 'New' }, 'subject'],
  ])('with %s is a 400 and changes nothing', async (_, body, path) => {
    const { id } = await aScheduledSend();
    const before = await rowOf(api, id);
    const error = errorOf(await mail.patch(`/emails/${id}`, body));
    expect(error).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(issuePathsOf(error.details)).toContain(path);
    expect(await rowOf(api, id)).toEqual(before);
  });

  test('that waited for the sweeper is refused: the send is on its way', async () => {
    const { id } = await aScheduledSend();
    const request = () => mail.patch(`/emails/${id}`, { scheduledAt: secondsAhead(7_200).toISOString() });
    const answer = await behindALock(api, {
      ...{ id, request },
      change: { status: 'Queued', scheduledAt: new Date(0) },
    });
    expect(errorOf(answer)).toMatchObject({ status: 409, details: { status: 'Queued' } });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emailResponseSchema, emailSendSchema, sendStatuses, toTypeId } from '@postroom/contracts';
import { mayMove, newId } from '@postroom/core';
import { ClaimStore } from '@postroom/db';
import { atOnce, errorOf } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { behindALock, type Changing, rowOf, secondsAhead, startChanging } from './start-changing.ts';

let api: TestApi;
let mail: Changing;

beforeAll(async () => {
  api = await startApi();
  mail = await startChanging(api);
});
afterAll(() => api.close());

const cancelable = sendStatuses.filter((status) => mayMove(status, 'Canceled'));
const fixed = sendStatuses.filter((status) => status !== 'Canceled' && !cancelable.includes(status));

describe('POST /emails/:id/cancel', () => {
  test.each(cancelable)('cancels a send that is %s, and answers it', async (status) => {
    const id = await mail.aSendThatIs(status);
    const answer = await mail.post(`/emails/${id}/cancel`);
    expect(answer.status).toBe(200);
    expect(emailSendSchema.strict().parse(answer.body)).toMatchObject({
      id,
      status: 'Canceled',
      failureMessage: null,
    });
    expect(answer.body).toEqual((await mail.workspace.get(`/emails/${id}`)).body);
  });

  test.each(fixed)('refuses one that is %s, says so, and changes nothing', async (status) => {
    const id = await mail.aSendThatIs(status);
    const before = await rowOf(api, id);
    const error = errorOf(await mail.post(`/emails/${id}/cancel`));
    expect(error).toMatchObject({ status: 409, error: 'state_conflict', details: { status } });
    expect(error.message).toContain(`is ${status}`);
    expect(await rowOf(api, id)).toEqual(before);
  });

  test('repeated, answers the canceled send again and changes nothing', async () => {
    const { id } = await mail.aSend();
    const first = await mail.post(`/emails/${id}/cancel`);
    const answers = await atOnce(10, () => mail.post(`/emails/${id}/cancel`));
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({ status: 200, body: first.body });
  });

  test('answers in the form of the id', async () => {
    const { id } = await mail.aSend();
    const { status, body } = await mail.post(`/emails/${toTypeId(id)}/cancel`);
    expect(status).toBe(200);
    const { email } = emailResponseSchema.strict().parse(body);
    expect(email).toMatchObject({ id: toTypeId(id), status: 'failed', error: 'The email was canceled.' });
    const error = errorOf(await mail.post(`/emails/${toTypeId(await mail.aSendThatIs('Sent'))}/cancel`));
    expect(error).toMatchObject({ status: 409, details: { status: 'Sent' } });
  });

  test('leaves nothing to claim', async () => {
    const { id } = await mail.aSend();
    await mail.post(`/emails/${id}/cancel`);
    const wish = { sendId: id, epoch: 0, leaseToken: newId() };
    const claims = await new ClaimStore(api.sql).claim([wish], { leaseMs: 1_000, worker: 'test' });
    expect(claims.get(wish.leaseToken)).toEqual({ kind: 'gone' });
  });

  test('says of a send that SES may have taken before that this is not known', async () => {
    const id = await mail.aSendThatIs('Queued', { resends: 1 });
    const { body } = await mail.post(`/emails/${id}/cancel`);
    expect(emailSendSchema.parse(body).failureMessage).toContain(
      'whether SES accepted an earlier attempt is unknown',
    );
  });

  test('that waited for a claim is refused: what it read before does not count', async () => {
    const { id } = await mail.aSend();
    const change = { status: 'Processing', leaseToken: newId(), leaseUntil: secondsAhead(60) } as const;
    const answer = await behindALock(api, { id, change, request: () => mail.post(`/emails/${id}/cancel`) });
    expect(errorOf(answer)).toMatchObject({ status: 409, details: { status: 'Processing' } });
    expect(await rowOf(api, id)).toMatchObject(change);
  });

  test('that waited for a worker to hand the send back is done', async () => {
    const id = await mail.aSendThatIs('Processing');
    const change = { status: 'Queued' } as const;
    const answer = await behindALock(api, { id, change, request: () => mail.post(`/emails/${id}/cancel`) });
    expect(emailSendSchema.parse(answer.body).status).toBe('Canceled');
  });
});

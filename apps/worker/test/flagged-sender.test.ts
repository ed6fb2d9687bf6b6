import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack({
    apiEnv: { SENDER_VERIFICATION: 'ses' },
    workerEnv: { HOLD_MS: '500' },
  });
});

afterAll(() => stack?.stop());

const fieldsOf = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? { ...body } : {};

const settled = (id: string | undefined) =>
  eventually(
    async () => {
      const send = fieldsOf((await stack.client.get(`/emails/${id}`)).body);
      return ['Sent', 'Failed'].includes(String(send.status)) ? send : false;
    },
    { what: 'the send to be settled' },
  );

test('a sender that SES refuses is flagged by the worker and refused at acceptance until a refresh clears it', async () => {
  const domain = idOf(await stack.client.post('/domains', { domain: 'acme.test' }));
  const templateId = await stack.makeTemplate();
  stack.ses.faults.set({ faults: [{ kind: 'mailFromNotVerified' }] });
  const [id] = await post(stack, templateId, { count: 1, prefix: 'refused' });
  const { status, senderProfileId } = await settled(id);
  expect(status).toBe('Failed');
  const sender = `/sender-profiles/${String(senderProfileId)}`;
  const flagged = await eventually(async () => {
    const profile = fieldsOf((await stack.client.get(sender)).body);
    return profile.flaggedReason === null ? false : profile;
  });
  expect(flagged).toMatchObject({
    verified: false,
    flaggedReason: expect.stringContaining('MailFromDomainNotVerifiedException'),
  });

  stack.ses.faults.clear();
  const item = { templateId, to: { email: 'ada@example.com' }, data: { name: 'Ada' } };
  const items = [
    { ...item, idempotencyKey: 'by-template' },
    { ...item, idempotencyKey: 'by-address', from: 'hello@acme.test' },
  ];
  const refused = { status: 'rejected', error: 'sender_not_verified' };
  const { body } = await stack.client.post('/emails/batch', { items });
  expect(body).toMatchObject({ accepted: 0, items: [refused, refused] });

  expect((await stack.client.post(`/domains/${domain}/refresh`, {})).body).toMatchObject({
    status: 'verified',
  });
  expect((await stack.client.get(sender)).body).toMatchObject({ verified: true, flaggedReason: null });
  const [again] = await post(stack, templateId, { count: 1, prefix: 'again' });
  expect(await settled(again)).toMatchObject({ status: 'Sent' });
});

import { expect, test } from '@jest/globals';
import { aNotice, aToldSend } from '../../test/a-notice.ts';
import { maxPayloadBytes, payloadOf } from './payload.ts';

const parsed = (...notice: Parameters<typeof aNotice>) => JSON.parse(payloadOf(aNotice(...notice)));

test('tells of an email as Resend does, with what the client knows it by', () => {
  expect(parsed({ send: aToldSend({ tags: ['vip'], templateId: 't', batchId: 'b' }) })).toEqual({
    type: 'email.sent',
    created_at: '2026-11-29T00:00:01.000Z',
    data: {
      email_id: '0199aaaa-0000-7000-8000-000000000001',
      from: '"Acme, Inc." <hello@acme.test>',
      to: ['ada@example.com'],
      subject: 'Hello',
      created_at: '2026-11-29T00:00:00.000Z',
      tags: ['vip'],
      template_id: 't',
      batch_id: 'b',
      idempotency_key: 'order-1',
      message_id: '0199aaaa-0000-7000-8000-000000000002',
    },
  });
});

test('says of whom an event is, where it is not the primary recipient', () => {
  const send = aToldSend({
    toOthers: [{ email: 'bob@example.com', name: null }],
    cc: [{ email: 'eve@example.com', name: null }],
  });
  const facts = { bounce: { type: 'Permanent' }, recipients: ['cc[0]', 'to[1]', 'other', 'cc[9]'] };
  expect(parsed({ type: 'email.bounced', send, facts }).data).toMatchObject({
    to: ['ada@example.com', 'bob@example.com'],
    bounce: { type: 'Permanent' },
    recipients: ['eve@example.com', 'bob@example.com'],
  });
});

test('tells of a subscription with the address of its profile', () => {
  const facts = { groupId: 'g', profileId: 'p', subscribed: false, by: 'link' };
  expect(parsed({ type: 'subscription.changed', facts, profileEmail: 'ada@example.com' }).data).toEqual({
    subscription_group_id: 'g',
    profile_id: 'p',
    subscribed: false,
    by: 'link',
    email: 'ada@example.com',
    email_id: aToldSend().id,
  });
});

test('marks what a test key sent', () => {
  expect(parsed({ send: aToldSend({ simulated: true }) }).data).toMatchObject({ simulated: true });
});

test('an email that is no longer there leaves what the event itself says', () => {
  expect(parsed({ send: null, facts: { failed: { reason: 'no' } }, type: 'email.failed' }).data).toEqual({
    failed: { reason: 'no' },
  });
});

test('the longest payload is shorter than 20 KB, and says that it is shortened', () => {
  const longest = (local: string) => `${local.repeat(20).slice(0, 60)}@${'d'.repeat(60)}.example`;
  const send = aToldSend({
    toOthers: Array.from({ length: 49 }, (_, at) => ({ email: longest(`漢${at}`), name: null })),
    subject: '漢'.repeat(998),
    tags: Array.from({ length: 100 }, () => '漢'.repeat(100)),
    idempotencyKey: '漢'.repeat(255),
    from: { email: longest('f'), name: '漢"'.repeat(120) },
  });
  const facts = { bounce: { message: '漢'.repeat(1_000) }, recipients: ['to[1]'] };
  const json = payloadOf(aNotice({ send, facts, type: 'email.bounced' }));
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxPayloadBytes);
  expect(JSON.parse(json).data).toMatchObject({ email_id: send.id, is_shortened: true });
});

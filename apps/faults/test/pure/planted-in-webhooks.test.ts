import { expect, test } from '@jest/globals';
import type { NoticeFact, ReceivedFact, WebhookFacts } from '../../src/nouns/facts.ts';
import { aRow, aRun, aSend, brokenIn, startMs } from './a-run.ts';

const way = ['email.queued', 'email.sent', 'email.delivered'] as const;

const received = (type: string, id = type): ReceivedFact => ({
  webhookId: `msg_${id}`,
  type,
  sendId: 'send-1',
  atMs: startMs,
});
const notice = (type: string, overrides: Partial<NoticeFact> = {}): NoticeFact => ({
  id: type,
  type,
  sendId: 'send-1',
  state: 'delivered',
  ...overrides,
});

const all: WebhookFacts = {
  received: way.map((type) => received(type)),
  notices: way.map((type) => notice(type)),
};
const broken = (changes: Partial<WebhookFacts>, send = aSend()) =>
  brokenIn(aRun([send], { webhooks: { ...all, ...changes } }));

test('a send of which everything was told, also twice under one id, is no violation', () => {
  expect(broken({})).toEqual([]);
  expect(broken({ received: [...all.received, ...all.received] })).toEqual([]);
});

test('what was given up or blocked is shown, and not lost by the table', () => {
  const notices = [
    ...all.notices,
    notice('other', { state: 'failed' }),
    notice('third', { state: 'blocked' }),
  ];
  expect(broken({ notices })).toEqual([]);
});

test.each([
  ['an event that still waits', { notices: [...all.notices, notice('late', { state: 'pending' })] }],
  ['one that counts as delivered, and nobody has', { notices: [...all.notices, notice('lost')] }],
  ['one beside sends that nobody has', { notices: [...all.notices, notice('lost', { sendId: null })] }],
  ['one that nobody wrote down', { received: [...all.received, received('email.opened', 'made-up')] }],
  ['an end that is told under two ids', { received: [...all.received, received('email.sent', 'again')] }],
  ['a beginning that is told to nobody', { received: all.received.slice(1) }],
  ['a delivery that is told to nobody', { received: all.received.slice(0, 2) }],
])('%s', (_what, changes) => {
  expect(broken(changes)).toEqual(['I27']);
});

test('an end of another name than that of its status', () => {
  const failed = aRow({ status: 'Failed', failureClass: 'x', failureMessage: 'no' });
  expect(broken({}, aSend({ row: failed }))).toContain('I27');
});

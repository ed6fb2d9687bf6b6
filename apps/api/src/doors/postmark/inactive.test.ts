import { describe, expect, test } from '@jest/globals';
import { type DoorSend, readPostmarkEmail, readPostmarkTemplate } from '@postroom/contracts';
import { presentRefusal } from './error-form.ts';
import { refuseInactive } from './inactive.ts';

/** What a message to these is answered, all of whom are suppressed. */
async function answerTo(recipients: readonly string[]) {
  const send = readPostmarkEmail({
    From: 'a@b.example',
    To: recipients.join(', '),
    Subject: 's',
    TextBody: 't',
  });
  if (send.kind === 'bad') throw new Error(JSON.stringify(send.issues));
  const directory = {
    findSuppressed: async (_: string, keys: readonly string[]) =>
      new Map(keys.map((key) => [key, 'Manual' as const])),
  };
  const refusal = (await refuseInactive(directory, 'workspace', [send])).get(0);
  if (refusal === undefined) throw new Error('it was not refused');
  return presentRefusal(refusal);
}

/** Whether a message is refused where only this address is suppressed. */
async function isRefused(read: DoorSend): Promise<boolean> {
  if (read.kind === 'bad') throw new Error(JSON.stringify(read.issues));
  const directory = { findSuppressed: async () => new Map([['gone@example.com', 'Manual' as const]]) };
  return (await refuseInactive(directory, 'workspace', [read])).size > 0;
}

const message = { From: 'a@b.example', To: 'gone@example.com' };
const plain = { ...message, Subject: 's', TextBody: 't' };
const templated = { ...message, TemplateAlias: '01a20167-d4ed-777d-a382-ef901be53203', TemplateModel: {} };
const marketing = { ...plain, MessageStream: 'broadcast' };

test.each<readonly [string, DoorSend, boolean]>([
  ['has another recipient', readPostmarkEmail({ ...plain, To: 'gone@example.com, ok@example.com' }), false],
  ['has a copy', readPostmarkEmail({ ...plain, Cc: 'ok@example.com' }), false],
  ['has a blind copy', readPostmarkEmail({ ...plain, Bcc: 'ok@example.com' }), false],
  ['is marketing and has a copy', readPostmarkEmail({ ...marketing, Cc: 'ok@example.com' }), false],
  ['is marketing and has a blind copy', readPostmarkEmail({ ...marketing, Bcc: 'ok@example.com' }), true],
  ['is of a template and has a copy', readPostmarkTemplate({ ...templated, Cc: 'ok@example.com' }), true],
  ['is alone', readPostmarkEmail(plain), true],
])('a message whose first recipient is suppressed and that %s', async (_what, read, refused) => {
  expect(await isRefused(read)).toBe(refused);
});

describe('the addresses of a message that nobody would get', () => {
  const some = ['ada@example.com', 'bob@example.com'];
  const many = Array.from({ length: 50 }, (_, at) => `${'x'.repeat(40)}-${at}@example.com`);

  test.each([
    ["Postmark's own client", /Found inactive addresses: (.+?)\.? Inactive/],
    ['Anymail', /inactive addresses:\s*(.*)\.\s*Inactive recipients/],
  ])('are found in the answer by %s, however many they are', async (_, pattern) => {
    for (const recipients of [some.slice(1), some, many]) {
      const { ErrorCode, Message } = await answerTo(recipients);
      expect([ErrorCode, pattern.exec(Message)?.[1]?.split(', ')]).toEqual([406, recipients]);
    }
  });
});

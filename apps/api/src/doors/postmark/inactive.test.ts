import { describe, expect, test } from '@jest/globals';
import { readPostmarkEmail } from '@postroom/contracts';
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

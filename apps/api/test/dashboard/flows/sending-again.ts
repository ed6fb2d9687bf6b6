import { describe, expect, test } from '@jest/globals';
import { createApiClient, eventually, idOf, type Stack } from '@postroom/testkit';
import { bodyOf, handsOf, type Operator, sendEmail } from '../an-operator.ts';

type Taken = ReturnType<Stack['ses']['ledger']['messages']>[number];

/** What a recipient sees of a message: all but the id of its send, which is in its tags, in a header and in links of ours. */
const seenOf = ({ from, to, cc, bcc, replyTo, subject, html, text, headers, attachments }: Taken) => ({
  ...{ from, to, cc, bcc, replyTo, subject, text, attachments },
  headers: headers.filter(({ name }) => name !== 'X-Postroom-Send-Id'),
  html: html?.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/[^"]+/g, 'ours'),
});

/** What the row of a send keeps of what was asked for, beside what is seen. */
const kept = `SELECT tags, lane::text, track_clicks, track_opens, track_text FROM email_sends
  WHERE subject = 'Once more' ORDER BY id`;

const whole = {
  from: '"Acme, \\"Inc.\\"" <hello@acme.test>',
  to: ['again@example.com', '"Second (the)" <second@example.com>'],
  cc: ['Copy <copy@example.com>'],
  reply_to: 'Help <help@acme.test>',
  subject: 'Once more',
  html: '<p>{{braces}} <a href="https://example.com/offer">An offer</a></p>',
  text: 'An offer: {{braces}}',
  headers: { 'X-Campaign': 'spring', References: '<first@acme.test>' },
  tags: ['offer'],
  tracking: { clicks: true, opens: false, text: false },
};

/** Asks somebody by mail to confirm that they want a group, and answers the id of the mail. */
async function askToConfirm({ client, database }: Stack, templateId: string): Promise<string> {
  const { senderProfileId } = bodyOf(await client.get(`/templates/${templateId}`));
  const template = { name: 'Ask', subject: 'Do you want it?', html: '<a href="{{@confirmUrl}}">Yes</a>' };
  const asking = idOf(await client.post('/templates', { ...template, senderProfileId }));
  const confirmation = { templateId: asking, senderProfileId };
  const group = { name: 'Newsletter', type: 'OptIn', confirmation };
  const groupId = idOf(await client.post('/subscription-groups', group));
  const who = { email: 'asked@example.com', subscribed: true };
  bodyOf(await client.put(`/subscription-groups/${groupId}/subscriptions`, who));
  const [send] = await database.rows<{ id: string }>(
    'SELECT id FROM email_sends WHERE confirms_group_id IS NOT NULL',
  );
  return send?.id ?? 'none';
}

/** Calls with a test key. */
async function testClient({ client, apiUrl }: Stack) {
  const { key } = bodyOf(await client.post('/api-keys', { name: 'trying', scopes: ['full'], mode: 'test' }));
  return createApiClient(apiUrl, String(key));
}

/** Mail that is sent again: as it was, or not at all. */
export function sendingAgain(operator: () => Operator): void {
  const { see, press, open } = handsOf(operator);

  describe('mail that is sent again', () => {
    test('says the same, header for header, as an email of its own', async () => {
      const { stack, page } = operator();
      const id = await sendEmail(stack.client, whole);
      await open(`sends/${id}`);
      await press('Send again');
      await see('again@example.com, second@example.com, copy@example.com');
      // Taken, and the answer is lost: what is pressed again is the same.
      await page.route(
        '**/api/v1/emails/batch',
        async (route) => {
          await route.fetch();
          await route.abort();
        },
        { times: 1 },
      );
      await press('Send it again');
      await see('Try again: it is done once.');
      await press('Send again');
      await press('Send it again');
      await see(/^(Queued as a new email|It is sent)\./);
      await page.waitForURL((url) => !url.pathname.endsWith(id));
      const taken = () => stack.ses.ledger.messages().filter(({ subject }) => subject === 'Once more');
      await eventually(async () => taken().length === 2, { what: 'SES having both' });
      const [first, second, ...more] = taken();
      if (first === undefined || second === undefined) throw new Error('SES has taken fewer');
      expect(seenOf(second)).toEqual(seenOf(first));
      expect(first.headers).toContainEqual({ name: 'X-Campaign', value: 'spring' });
      expect(first.html).toContain('{{braces}} <a href="http://127.0.0.1');
      expect(second.tags).not.toEqual(first.tags);
      expect(more).toEqual([]);
      const [asked, again] = await stack.database.rows(kept);
      expect(again).toEqual(asked);
    });

    test('is not where a copy would lack something, which is named', async () => {
      const { stack, page, templateId } = operator();
      const file = { filename: 'terms.txt', content: Buffer.from('Terms').toString('base64') };
      const parts = { to: ['parts@example.com'], subject: 'With parts', bcc: ['hidden@example.com'] };
      const lacking = [
        [await askToConfirm(stack, templateId), ['its link to confirm a subscription']],
        [
          await sendEmail(stack.client, { ...parts, attachments: [file] }),
          ['its attachments', 'its blind copies'],
        ],
        [
          await sendEmail(stack.client, { to: ['ad@example.com'], subject: 'An ad', type: 'marketing' }),
          ['its links to unsubscribe'],
        ],
        [
          await sendEmail(await testClient(stack), { to: ['try@example.com'], subject: 'A try' }),
          ['that it was a test'],
        ],
      ] as const;
      for (const [id, lacks] of lacking) {
        await open(`sends/${id}`);
        await press('Send again');
        const dialog = page.getByRole('dialog', { name: 'It cannot be sent again from here' });
        await dialog.waitFor();
        expect(await dialog.getByRole('listitem').allTextContents()).toEqual(
          lacks.map((lack) => expect.stringContaining(lack)),
        );
        expect(await page.getByRole('button', { name: 'Send it again' }).count()).toBe(0);
        await press('Leave it');
      }
      expect(
        await stack.database.count(`SELECT count(*) FROM email_sends WHERE to_email = 'asked@example.com'`),
      ).toBe(1);
    });
  });
}

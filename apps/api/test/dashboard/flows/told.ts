import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import { eventually } from '@postroom/testkit';
import { handsOf, type Operator, sendEmail } from '../an-operator.ts';

/** Answers every request with thanks, and keeps their bodies. */
async function startReceiver() {
  const got: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    got.push(await text(request));
    response.end('thanks');
  };
  const server = createServer((request, response) => void take(request, response));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/hook`, got, close };
}

/** What is told of mail: on its time line, and to webhooks. */
export function told(operator: () => Operator): void {
  const { see, press, open } = handsOf(operator);

  describe('what happened to mail', () => {
    test('is on its time line, clicks and webhooks among it, and in the log of the webhook, which posts it again', async () => {
      const { stack, page } = operator();
      const receiver = await startReceiver();
      try {
        await open('webhooks');
        await press('New webhook');
        await page.getByLabel('URL').fill(receiver.url);
        await page.getByLabel('Events').fill('email.clicked');
        await press('Make it');
        expect(await page.locator('.secret').textContent()).toMatch(/^whsec_/);
        const html = '<a href="https://example.com/offer">An offer</a>';
        const email = {
          to: ['reader@example.com'],
          subject: 'A link to click',
          html,
          tracking: { clicks: true },
          tags: ['welcome', 'x'.repeat(90)],
        };
        const id = await sendEmail(stack.client, email);
        const mail = await eventually(
          async () =>
            stack.ses.ledger.messages().find(({ subject }) => subject === 'A link to click') ?? false,
          { what: 'SES having it' },
        );
        const [, link = ''] = /href="(http:[^"]+)"/.exec(mail.html ?? '') ?? [];
        expect((await fetch(link, { redirect: 'manual' })).status).toBe(302);
        await eventually(async () => receiver.got.length === 1, { what: 'The webhook being told' });

        await open('sends');
        // A word stands in one line, and what is longer than the room for it in several.
        const tags = page.getByRole('row', { name: 'A link to click' }).locator('.tag');
        await tags.nth(1).waitFor();
        expect((await tags.nth(0).boundingBox())?.height).toBeLessThan(24);
        expect((await tags.nth(1).boundingBox())?.height).toBeLessThan(160);
        await open(`sends/${id}`);
        for (const said of ['Accepted', 'Attempt 1: SES took it', 'Delivered', 'Clicked by a machine'])
          await page.getByRole('listitem').getByText(said, { exact: true }).waitFor();
        await see('https://example.com/offer');
        await see('Webhook told: email.clicked – delivered');
        await page.getByRole('link', { name: 'Its deliveries' }).click();

        await press('Look at this email.clicked');
        await see('Try 1: answered 200');
        const shown = await page.getByRole('dialog').locator('pre').allTextContents();
        expect(shown).toEqual([receiver.got[0], 'thanks']);
        await press('Close');
        await press('Replay this email.clicked');
        await see('It is posted again.');
        await eventually(async () => receiver.got.length === 2, { what: 'Its being posted again' });
        expect(receiver.got[1]).toBe(receiver.got[0]);
        await press('Send a test');
        await see('A test is on its way.');
        await page.getByRole('row', { name: 'email.delivered delivered 200' }).waitFor();
        expect(receiver.got).toHaveLength(3);
        await press('Turn off');
        await see('Off.');
      } finally {
        receiver.close();
      }
    });
  });
}

import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { handsOf, type Operator } from '../an-operator.ts';

/** Two hours before the last day: a tenth of the mail of the earlier one came back, and nothing of the later. */
const hours = `
  INSERT INTO delivery_counts (workspace_id, hour, sender_profile_id, domain, slot, delivered, bounced, complained)
  SELECT w.id, date_trunc('hour', now()) - h.ago * interval '1 hour', '00000000-0000-0000-0000-000000000000', 'd', 0,
    h.delivered, h.bounced, 0
  FROM workspaces w, (VALUES (40, 900, 100), (39, 1000, 0)) AS h (ago, delivered, bounced)`;

/** What a workspace keeps beside its mail. */
export function keeping(operator: () => Operator): void {
  const { see, press, open } = handsOf(operator);

  describe('what an operator keeps', () => {
    test('a template is sent to one address as a test, with its sample data', async () => {
      const { stack, page } = operator();
      await press('Send a test');
      await page.getByLabel('To', { exact: true }).fill('tester@example.com');
      await press('Send it');
      await see('Queued.');
      await page.getByRole('heading', { name: 'Hello Ada', level: 1 }).waitFor();
      await see('Attempt 1: SES took it');
      await see('test-mail');
      const sent = stack.ses.ledger.messages().filter(({ to }) => to.join().includes('tester@example.com'));
      expect(sent).toMatchObject([{ subject: 'Hello Ada' }]);
    });

    test('a domain shows the records to publish, each to be copied, and says how SES sees it', async () => {
      const { page } = operator();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await open('senders');
      await press('Add a domain');
      await page.getByLabel('Domain', { exact: true }).fill('mail.acme.test');
      await press('Add it');
      await see('Registered: publish its records, then refresh it.');
      const card = page.locator('section').filter({ hasText: 'mail.acme.test' });
      await card.getByRole('button', { name: 'DNS records' }).click();
      const [row, ...rows] = await card.getByRole('row').filter({ hasText: 'CNAME' }).all();
      expect(rows).toHaveLength(2);
      const value = await row?.locator('code').last().textContent();
      await row?.getByRole('button', { name: /^Copy the value of/ }).click();
      await row
        ?.getByRole('button', { name: /^Copy the value of/ })
        .filter({ hasText: 'Copied' })
        .waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
      await card.getByRole('button', { name: 'Refresh' }).click();
      await see('SES says: verified.');
      await press('Refresh Acme');
      await see('Verified.');
    });

    test('a recipient is found by address, with what they said of each group', async () => {
      const { page } = operator();
      await open('recipients');
      await page.getByRole('searchbox').fill('asked@example.com');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'asked@example.com' }).click();
      await page.getByRole('heading', { name: 'asked@example.com', level: 1 }).waitFor();
      await page.getByRole('row', { name: /Newsletter pending/ }).waitFor();
      await page.getByRole('link', { name: 'What was sent to them' }).click();
      await see('1 found');
      await open('recipients');
      await page.getByRole('tab', { name: 'Groups' }).click();
      await page.getByRole('row', { name: /Newsletter only who said yes yes, by mail/ }).waitFor();
    });

    test('suppressions come in as a file, are told line by line, and go out as one', async () => {
      const { page } = operator();
      await open('recipients');
      await page.getByRole('tab', { name: 'Suppressions' }).click();
      // As Excel writes Unicode Text.
      const csv = '\ufeffemail\treason\nhard@example.com\tBounce\nno address\tBounce\n';
      await page
        .getByLabel('A CSV file of suppressions')
        .setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csv, 'utf16le') });
      await see('1 address added, 0 known already, 1 not understood.');
      await see(/^Line 3:/);
      await press('Close');
      await page.getByRole('row', { name: /^hard@example.com Bounce/ }).waitFor();
      await page.route('**/suppressions/export', (route) => route.fulfill({ body: 'Sign in' }), { times: 1 });
      await press('Export CSV');
      await see('The download broke off: nothing was saved. Try again.');
      const saved = page.waitForEvent('download');
      await press('Export CSV');
      expect(await text(await (await saved).createReadStream())).toMatch(/^hard@example\.com,Bounce/m);
      await press('Lift the suppression of hard@example.com');
      await press('Lift it');
      await see('Nobody is suppressed');
    });

    test('rates are drawn, and the table has the same numbers', async () => {
      const { stack, page } = operator();
      await stack.database.rows(hours);
      await open('rates');
      await page
        .getByRole('img', { name: /^Bounces over 24 hours/ })
        .locator('canvas')
        .waitFor();
      await page.getByRole('button', { name: 'As a table' }).first().click();
      const cells = await page
        .getByRole('region', { name: /^Bounces over/ })
        .getByRole('cell')
        .allTextContents();
      const rates = cells.filter((_, at) => at % 3 === 0).reverse();
      expect(rates.slice(0, 35)).toEqual([
        ...['10.0 %', ...Array(23).fill('5.0 %'), '0.00 %'],
        ...Array(10).fill('–'),
      ]);
    });
  });
}

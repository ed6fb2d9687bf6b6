import { describe, test } from '@jest/globals';
import { handsOf, type Operator } from '../an-operator.ts';

/** What somebody typed, or a link of another program has. */
export function oddAddresses(operator: () => Operator): void {
  const { see, open } = handsOf(operator);

  describe('an address that no link of ours has', () => {
    test.each(['abc', '1e300', '-1'])('shows all sends where its hours are none: %s', async (since) => {
      const { page } = operator();
      await open(`sends?since=${since}`);
      await page.getByRole('heading', { name: 'Sends', level: 1 }).waitFor();
      await see(/^(about )?[\d,]+ found$/);
    });

    test('says from which moment on it shows sends, and shows all of them when asked', async () => {
      const { page } = operator();
      await open('sends?created_after=yesterday&created_before=2020-01-01T00:00:00Z');
      await see('Nothing matches');
      await page.getByLabel('Search by address').fill('nobody@example.com');
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.waitForURL('**/sends?to=nobody*created_before=2020*');
      await page.getByLabel('Search by address').fill('');
      await page.getByRole('button', { name: 'Search', exact: true }).click();
      await page.getByRole('button', { name: /^created before .*2020/ }).click();
      await see(/^(about )?[1-9][\d,]* found$/);
    });

    test('that cannot be read is told in its place, and the next page is shown', async () => {
      const { page } = operator();
      await open('sends/%zz');
      await page.getByRole('heading', { name: 'This page failed', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Reload' }).waitFor();
      await page.getByRole('link', { name: 'Batches' }).click();
      await page.getByRole('heading', { name: 'Batches', level: 1 }).waitFor();
    });
  });
}

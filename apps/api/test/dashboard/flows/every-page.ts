import { describe, expect, test } from '@jest/globals';
import { createDraw, type Stack } from '@postroom/testkit';
import { findBarriers } from '../a-browser.ts';
import type { Operator } from '../an-operator.ts';

const lists = [
  ['Now', ''],
  ['Sends', 'sends'],
  ['Batches', 'batches'],
  ['Templates', 'templates'],
  ['New template', 'templates/new'],
  ['Senders and domains', 'senders'],
  ['Recipients', 'recipients'],
  ['Webhooks', 'webhooks'],
  ['Rates', 'rates'],
  ['Keys', 'keys'],
] as const;

/** The page of the one row that a condition lets through. */
const pageOf =
  (room: string, table: string, condition: string) =>
  async ({ database }: Stack) => {
    const [row] = await database.rows(`SELECT id FROM ${table} WHERE ${condition} ORDER BY id LIMIT 1`);
    if (row === undefined) throw new Error(`no row of ${table} for a page: ${condition}`);
    return `${room}/${String(row.id)}`;
  };

/** Pages of one thing, each with what there is to see of one. */
export const detailPages = [
  {
    name: 'A send',
    title: 'A link to click',
    path: pageOf('sends', 'email_sends', `to_email = 'reader@example.com'`),
  },
  { name: 'A batch', title: /^Batch/, path: pageOf('batches', 'batches', 'true') },
  { name: 'A template', title: 'Welcome', path: pageOf('templates', 'templates', `name = 'Welcome'`) },
  { name: 'A webhook', title: /^http:/, path: pageOf('webhooks', 'webhook_endpoints', 'true') },
  {
    name: 'A recipient',
    title: 'asked@example.com',
    path: pageOf('recipients', 'profiles', `email = 'asked@example.com'`),
  },
] as const;

const pages = [
  ...lists.map(([title, path]) => ({ name: title, title, path: async () => path })),
  ...detailPages,
];

/** Whether everybody can read and use each page, as it stands after the flows before. */
export function everyPage(operator: () => Operator): void {
  describe('every page', () => {
    test.each(createDraw()(pages, 5))(
      '$name: has nothing in anybody’s way, light and dark, wide and narrow',
      async ({ title, path }) => {
        const { stack, page } = operator();
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(`/dashboard/${await path(stack)}`);
        await page.getByRole('heading', { name: title, level: 1 }).waitFor();
        await page.getByText('Loading …').first().waitFor({ state: 'detached' });
        expect(await findBarriers(page)).toEqual([]);
        // The theme changes colours and nothing else.
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await findBarriers(page, 'colours')).toEqual([]);
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
        expect(await findBarriers(page)).toEqual([]);
        await page.setViewportSize({ width: 1_280, height: 900 });
      },
    );
  });
}

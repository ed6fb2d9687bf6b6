import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Now } from '@postroom/contracts';
import { generateApiKey, hashApiKey, newId } from '@postroom/core';
import { repositoryRoot } from '@postroom/testkit';
import { findBarriers, type OpenBrowser } from '../a-browser.ts';
import { handsOf, type Operator } from '../an-operator.ts';

/** What BullMQ counts, as the board has it. */
type BoardMetrics = Readonly<Record<'completed' | 'failed', { readonly meta: { readonly count: number } }>>;

/** Whoever has the scope `operator` alone: numbers of all workspaces, and the queues. */
export function operatorOfAll(operator: () => Operator, browserOf: () => OpenBrowser): void {
  const { press, see } = handsOf(operator);

  describe('an operator of all workspaces', () => {
    test('signs in, and is offered their numbers alone', async () => {
      const { stack, page } = operator();
      const key = generateApiKey('live');
      await stack.database.rows(
        `INSERT INTO api_keys (id, workspace_id, name, prefix, hash, scopes, mode)
         SELECT '${newId()}', id, 'all', 'sk_live_', '\\x${Buffer.from(hashApiKey(key)).toString('hex')}', '{operator}', 'live' FROM workspaces WHERE is_default`,
      );
      await page.getByLabel('API key').fill(key);
      await press('Sign in');
      await page
        .getByRole('region', { name: 'Workspaces' })
        .getByRole('row', { name: /^Default/ })
        .waitFor();
      expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['Nowg n']);
      expect(await findBarriers(page)).toEqual([]);
      expect(await page.getByText(/@example\.com/).count()).toBe(0);
    });

    test('is told which server does not answer, and nothing that it knows as none or as well', async () => {
      const { page } = operator();
      const now = await page.evaluate<Now>(
        `fetch('/dashboard/api/now', { headers: { 'x-postroom-dashboard': '1' } }).then((answer) => answer.json())`,
      );
      const told = async (unknown: Partial<Now>) => {
        const body = `event: now\ndata: ${JSON.stringify({ ...now, ...unknown })}\n\n`;
        await page.route('**/dashboard/api/stream', (route) =>
          route.fulfill({ contentType: 'text/event-stream', body }),
        );
        await page.reload();
        await see('does not answer.');
        const text = await page.getByRole('main').textContent();
        await page.unroute('**/dashboard/api/stream');
        return text;
      };
      const unknownMinutes = Array.from({ length: 60 }, () => null);
      const throughput = { firstMinute: 1, finished: [7], failed: [1], accepted: unknownMinutes };
      const lost = { waiting: null, failures: null, lastEvent: null, countedAt: null };
      const withoutPostgres = await told({ ...lost, silent: ['PostgreSQL'], throughput });
      expect(withoutPostgres).toMatch(/Accepted this minute\s*–\s*not counted/);
      expect(withoutPostgres).toMatch(/Waiting\s*–\s*not counted[\s\S]*In doubt\s*–\s*not counted/);
      expect(withoutPostgres).toMatch(/Finished this minute\s*7/);
      expect(withoutPostgres).not.toMatch(
        /Redis does not|nothing is late|all answers are known|none has come/,
      );
      const withoutRedis = await told({
        silent: ['Redis'],
        throughput: { ...throughput, accepted: [5], finished: null, failed: null },
        workers: null,
        holds: null,
        pace: null,
      });
      expect(await findBarriers(page)).toEqual([]);
      expect(withoutRedis).toMatch(/Finished this minute\s*–\s*Redis does not answer/);
      expect(withoutRedis).toMatch(/Pace\s*not known: Redis does not answer/);
      expect(withoutRedis).not.toMatch(/PostgreSQL does not|while no worker runs|not told yet/);
      await page.reload();
    });

    test('looks at the queues, of which the page and any tool of BullMQ’s in another process tell the same', async () => {
      const { stack, page } = operator();
      const browser = browserOf();
      const complaints = browser.complaints.length;

      await page.getByRole('link', { name: 'Queues', exact: true }).click();
      await page.getByRole('link', { name: 'sends' }).first().click();
      await page.waitForURL('**/queues/queue/sends*');
      await page.getByText(/-0\b/).first().waitFor();
      // Its fonts would come from elsewhere.
      for (const complaint of browser.complaints.slice(complaints))
        expect(complaint).toContain('https://fonts.googleapis.com/');
      expect(browser.strays).toEqual([]);
      const [board, now] = (await page.evaluate(`Promise.all(
        ['/queues/api/queues/sends/metrics', '/dashboard/api/now'].map(async (path) =>
          (await fetch(path, { headers: { 'x-postroom-dashboard': '1' } })).json()))`)) as [
        BoardMetrics,
        Now,
      ];
      const script = `import { Queue } from 'bullmq';
        const connection = { url: 'redis://127.0.0.1:${stack.redis().port}' };
        const queue = new Queue('sends', { connection, prefix: 'postroom' });
        const counts = [await queue.getMetrics('completed'), await queue.getMetrics('failed')];
        console.log(JSON.stringify(counts.map(({ meta }) => meta.count)));
        await queue.close();`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        cwd: repositoryRoot,
      });
      const counts: readonly number[] = JSON.parse(stdout);
      expect([board.completed.meta.count, board.failed.meta.count]).toEqual(counts);
      const sumOf = (values: readonly number[] = []) => values.reduce((sum, value) => sum + value, 0);
      expect([
        sumOf(now.throughput?.finished ?? undefined),
        sumOf(now.throughput?.failed ?? undefined),
      ]).toEqual(counts);
      expect(sumOf(counts)).toBeGreaterThan(300);
    });
  });
}

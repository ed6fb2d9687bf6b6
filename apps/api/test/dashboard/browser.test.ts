import { execFile } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Now } from '@postroom/contracts';
import { generateApiKey, hashApiKey, newId } from '@postroom/core';
import {
  type ApiAnswer,
  eventually,
  idOf,
  repositoryRoot,
  type Stack,
  startTestStack,
} from '@postroom/testkit';
import type { Page } from 'playwright-core';
import { findBarriers, type OpenBrowser, openBrowser } from './a-browser.ts';

/** What BullMQ counts, as the board has it. */
type BoardMetrics = Readonly<Record<'completed' | 'failed', { readonly meta: { readonly count: number } }>>;

let stack: Stack;
let browser: OpenBrowser;
let page: Page;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
  templateId = await stack.makeTemplate();
  browser = await openBrowser(stack.apiUrl);
  page = browser.page;
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const batchIdOf = ({ status, body }: ApiAnswer): string => {
  const { batchId } = body as { readonly batchId?: string };
  if (status !== 200 || batchId === undefined) throw new Error(JSON.stringify(body));
  return batchId;
};

/** Sends to addresses by the API, and answers the batch. */
const sendTo = async (names: readonly string[], more: Readonly<Record<string, unknown>> = {}) =>
  batchIdOf(
    await stack.client.post('/emails/batch', {
      items: names.map((name) => ({
        idempotencyKey: `${name}-key`,
        templateId,
        to: { email: `${name}@example.com` },
        data: { name },
        ...more,
      })),
    }),
  );

const see = (text: string | RegExp) => page.getByText(text).first().waitFor();
const press = (name: string | RegExp) => page.getByRole('button', { name }).click();

describe('an operator', () => {
  test('is asked to sign in, is told why a key will not do, and stays signed in', async () => {
    await page.goto('/dashboard/sends');
    await page.getByLabel('API key').fill('sk_live_nonsense');
    await press('Sign in');
    await see('This is no key, or it was revoked.');
    await page.getByLabel('API key').fill(stack.key);
    await press('Sign in');
    await page.getByRole('heading', { name: 'Sends', level: 1 }).waitFor();
    await page.reload();
    await see('No mail yet');
    expect(await browser.context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    expect(
      await page.evaluate('JSON.stringify(localStorage) + JSON.stringify(sessionStorage)'),
    ).not.toContain(stack.key);
  });

  test('sees a batch go from queued to sent', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'bad' } }] });
    const id = await sendTo(['ada', 'grace', 'bad', 'bad-too']);
    await page.goto('/dashboard');
    const queued = page.getByRole('row', { name: /^Transactional/ });
    await expectText(queued, /0\s*4\s*\d+ s\s*0/);
    await see('None is alive: mail waits until one is started.');
    await page.goto(`/dashboard/batches/${id}`);
    await see('Under way');
    await page.getByRole('row', { name: 'Queued 4' }).waitFor();
    await stack.startWorker();
    await page.getByRole('row', { name: 'Sent 2' }).waitFor();
    await page.getByRole('row', { name: 'Failed 2' }).waitFor();
    await see('Done');
  });

  test('is told live what failed, in the words of SES, and who works', async () => {
    await page.goto('/dashboard');
    await see('2 emails');
    await page.getByRole('button', { name: 'Retry these' }).waitFor();
    await page.getByRole('region', { name: 'Workers' }).getByText('0.1.0').waitFor();
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('region', { name: /Mail accepted, finished and failed/ }).waitFor();
  });

  test('opens the failed one, reads why, and retries it', async () => {
    await page.goto('/dashboard/sends?status=Failed');
    await page.getByRole('link', { name: 'bad@example.com' }).click();
    await see('Why it failed:');
    const [failure] = await stack.database.rows<{ message: string }>(
      `SELECT failure_message AS message FROM email_sends WHERE to_email = 'bad@example.com'`,
    );
    await see(failure?.message ?? 'nothing');
    stack.ses.faults.clear();
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await see('Queued again.');
    await see('Attempt 2: SES took it');
    await page.getByText('Why it failed:').waitFor({ state: 'detached' });
  });

  test('retries 300 that failed of one cause together, and finds the action again after a reload', async () => {
    const names = Array.from({ length: 299 }, (_, at) => `many-${at}`);
    stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'many' } }] });
    for (let from = 0; from < names.length; from += 100) await sendTo(names.slice(from, from + 100));
    await page.goto('/dashboard');
    await see('300 emails');
    stack.ses.faults.clear();
    await press('Retry these');
    await see('Retry 300 emails?');
    await press('Retry them');
    await see(/^Retry 300 emails: Failed cause:/);
    await page.reload();
    await see(/300 queued again/);
    await see('Nothing has failed.');
    await page.getByRole('link', { name: /^Failed cause:/ }).click();
    await see('0 found');
    const unsent = `SELECT FROM email_sends WHERE to_email LIKE 'many-%' AND status <> 'Sent'`;
    await eventually(async () => (await stack.database.rows(unsent)).length === 0, {
      what: 'All being sent',
    });
  });

  test('exports what a search finds, as a file', async () => {
    await page.goto('/dashboard/sends?to=grace%40example.com&status=Sent');
    await see('1 found');
    await press('Export …');
    await see('Export 1 email?');
    const saved = page.waitForEvent('download');
    await press('Export them');
    const file = await (await saved).createReadStream();
    const [head, row, ...rest] = (await text(file)).trim().split('\r\n');
    expect(head).toMatch(/^id,status,/);
    expect(row).toContain('grace@example.com');
    expect(rest).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Download' }).waitFor();
  });

  test('sees how far an action of somebody else is, what it left as it was, and stops it', async () => {
    await stack.database.rows(
      `INSERT INTO bulk_actions (id, workspace_id, simulated, action, filter, state, matched, matched_is_estimate, done,
         refused, not_before)
       SELECT '${newId()}', id, false, 'retry', '{"tag": "slow"}', 'running', 10, false, 2, '{"not_failed": 3}',
         now() + interval '1 hour' FROM workspaces LIMIT 1`,
    );
    await page.reload();
    await see(/2 queued again, 3 no longer failed/);
    expect(await page.getByRole('progressbar', { name: 'How far: Retry' }).getAttribute('value')).toBe('5');
    await press('Stop');
    await see(/Stopped: 2 queued again/);
    await page.getByRole('link', { name: 'tag:slow' }).click();
    await see('0 found');
  });

  test('reads a message as its recipient gets it, and nothing of it runs or is loaded', async () => {
    const html =
      '<h1>Hello</h1><script>parent.document.title = "taken"; fetch("/taken")</script>' +
      '<img src="http://elsewhere.test/pixel.png" onerror="parent.document.title = \'taken\'">';
    const email = { from: 'hello@acme.test', to: ['html@example.com'], subject: 'With html', html };
    const id = idOf({
      ...(await stack.client.post('/emails/batch', { emails: [email] })),
      body: await newest(),
    });
    await page.goto(`/dashboard/sends/${id}`);
    await page.frameLocator('iframe').getByRole('heading', { name: 'Hello' }).waitFor();
    expect(await page.title()).toBe('With html – Postroom');
    await page.getByRole('tab', { name: 'Html' }).press('ArrowRight');
    await page.getByRole('tab', { name: 'Headers' }).waitFor();
    await page.getByRole('tabpanel').getByText('hello@acme.test').waitFor();
  });

  test('finds mail by address, and by tag', async () => {
    await page.goto('/dashboard/sends');
    await page.getByRole('searchbox').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('grace@example.com');
    await page.keyboard.press('Enter');
    await see('1 found');
    await page.getByRole('link', { name: 'grace@example.com', exact: true }).waitFor();
    await page.getByRole('searchbox').fill('nobody');
    await page.keyboard.press('Enter');
    await see(/Type a whole address/);
  });

  test('cancels a batch that is scheduled', async () => {
    const id = await sendTo(['soon', 'later'], {
      scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await page.goto('/dashboard/batches');
    await page.getByRole('link', { name: id }).click();
    await press('Cancel what waits');
    await see('Cancel 2 emails?');
    await press('Cancel them');
    await page.getByRole('row', { name: 'Canceled 2' }).waitFor();
  });

  test('edits a template and sees where it is wrong, and what it comes to', async () => {
    await page.goto(`/dashboard/templates/${templateId}`);
    const html = page.getByRole('textbox', { name: 'Html', exact: true });
    await html.fill('<p>Hello</p>\n<p>{{#if name}</p>');
    await page.getByRole('button', { name: 'Line 2, column' }).waitFor();
    expect(await html.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.marked').textContent()).toBe('2');
    await html.fill('<p>Dear {{name}}</p>');
    await page.getByLabel('Sample data').fill('{ "name": "Ada" }');
    await page.frameLocator('iframe').getByText('Dear Ada').waitFor();
    await press('Save');
    await see(/^Saved\./);
    const { body } = await stack.client.get(`/templates/${templateId}`);
    expect(body).toMatchObject({ html: '<p>Dear {{name}}</p>', sampleData: { name: 'Ada' } });
    const source = '<mjml><mj-body></mj-body></mjml>';
    await stack.client.patch(`/templates/${templateId}`, { format: 'mjml', source });
    await page.reload();
    for (const version of [1, 3]) {
      await press('Versions');
      await press(`Version ${version}`);
      await see(new RegExp(`^Version ${version} is in the editor`));
      await press('Save');
      await page.getByRole('button', { name: 'Save', disabled: true }).waitFor();
    }
    const saved = await stack.client.get(`/templates/${templateId}/versions`);
    const formats = ['mjml', 'html', 'mjml', 'html', 'html'];
    expect(saved.body).toMatchObject({ data: formats.map((format, at) => ({ version: 5 - at, format })) });
  });

  test('makes a key, which works, and revokes it', async () => {
    await page.goto('/dashboard/keys');
    await press('New key');
    await page.getByLabel('Name').fill('reporting');
    await page.getByLabel('emails:read').check();
    await press('Make it');
    const key = (await page.locator('.secret').textContent()) ?? '';
    const ask = () => fetch(`${stack.apiUrl}/api/v1/emails`, { headers: { 'x-api-key': key } });
    expect((await ask()).status).toBe(200);
    await press('I have it');
    await press('Revoke reporting');
    await press('Revoke it');
    await see(/^Revoked:/);
  });
});

/** Waits until what is found has a text. */
async function expectText(found: ReturnType<Page['getByRole']>, text: RegExp): Promise<void> {
  await found.filter({ hasText: text }).waitFor();
}

/** The newest send, as the API has it. */
async function newest(): Promise<unknown> {
  const [row] = await stack.database.rows<{ id: string }>(
    'SELECT id FROM email_sends ORDER BY id DESC LIMIT 1',
  );
  return row;
}

describe('every page', () => {
  const places = [
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

  test.each(places)(
    '%s: has nothing in anybody’s way, light and dark, wide and narrow',
    async (title, path) => {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`/dashboard/${path}`);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.getByText('Loading …').first().waitFor({ state: 'detached' });
      expect(await findBarriers(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await findBarriers(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.setViewportSize({ width: 1_280, height: 900 });
    },
  );

  test('is a key press away', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('heading', { name: 'Templates', level: 1 }).waitFor();
  });

  test('asked no other host for anything, threw nothing, and did nothing that its policy refuses', () => {
    expect(browser.strays).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  test('signs out, and nothing is left', async () => {
    await press('Sign out');
    await page.getByLabel('API key').waitFor();
    expect(await browser.context.cookies()).toEqual([]);
  });
});

test('an operator of all workspaces signs in, and is offered their numbers alone', async () => {
  const key = generateApiKey('live');
  await stack.database.rows(
    `INSERT INTO api_keys (id, workspace_id, name, prefix, hash, scopes, mode)
     SELECT '${newId()}', id, 'all', 'sk_live_', '\\x${Buffer.from(hashApiKey(key)).toString('hex')}', '{operator}', 'live' FROM workspaces LIMIT 1`,
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
  expect(withoutPostgres).not.toMatch(/Redis does not|nothing is late|all answers are known|none has come/);
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
      (await fetch(path, { headers: { 'x-postroom-dashboard': '1' } })).json()))`)) as [BoardMetrics, Now];
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
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  expect([sumOf(now.throughput?.finished ?? []), sumOf(now.throughput?.failed ?? [])]).toEqual(counts);
  expect(sumOf(counts)).toBeGreaterThan(300);
});

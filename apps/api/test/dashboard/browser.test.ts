import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { type ApiAnswer, eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import type { Page } from 'playwright-core';
import { type OpenBrowser, openBrowser } from './a-browser.ts';
import { handsOf } from './an-operator.ts';
import { everyPage } from './flows/every-page.ts';
import { freshWorkspace } from './flows/fresh-workspace.ts';
import { keeping } from './flows/keeping.ts';
import { oddAddresses } from './flows/odd-addresses.ts';
import { operatorOfAll } from './flows/operator-of-all.ts';
import { sendingAgain } from './flows/sending-again.ts';
import { told } from './flows/told.ts';
import { unsaved } from './flows/unsaved.ts';

/** Webhooks of these tests are received on this machine. */
const receivers = { WEBHOOK_PRIVATE_ADDRESSES: 'allow' };

let stack: Stack;
let browser: OpenBrowser;
let page: Page;
let templateId: string;

beforeAll(async () => {
  stack = await startTestStack({ workers: 0, apiEnv: receivers, workerEnv: receivers });
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

const operator = () => ({ stack, page, templateId });
const { see, press } = handsOf(operator);

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

  test('sees a batch of 200 go from queued to sent', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'bad' } }] });
    const names = ['ada', 'grace', 'bad', 'bad-too', ...Array.from({ length: 196 }, (_, at) => `one-${at}`)];
    const emails = names.map((name) => ({
      from: 'hello@acme.test',
      to: [`${name}@example.com`],
      subject: `Hello ${name}`,
      text: 'Hello',
    }));
    const id = batchIdOf(await stack.client.post('/emails/batch', { emails }));
    await page.goto('/dashboard');
    const queued = page.getByRole('row', { name: /^Transactional/ });
    await expectText(queued, /0\s*200\s*\d+ s\s*0/);
    await see('None is alive: mail waits until one is started.');
    await page.goto(`/dashboard/batches/${id}`);
    await see('Under way');
    await page.getByRole('row', { name: 'Queued 200' }).waitFor();
    await stack.startWorker();
    await page.getByRole('row', { name: 'Sent 198' }).waitFor();
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

  test('retries 120 that failed of one cause together, and finds the action again after a reload', async () => {
    const names = Array.from({ length: 119 }, (_, at) => `many-${at}`);
    stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'many' } }] });
    for (let from = 0; from < names.length; from += 100) await sendTo(names.slice(from, from + 100));
    await page.goto('/dashboard');
    await see('120 emails');
    stack.ses.faults.clear();
    await press('Retry these');
    await see('Retry 120 emails?');
    await press('Retry them');
    await see(/^Retry 120 emails: Failed cause:/);
    await page.reload();
    await see(/120 queued again/);
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
    const again = page.waitForRequest(/\/api\/v1\/emails\?limit=50/);
    await press('Stop');
    await see(/Stopped: 2 queued again/);
    // The rows are what an action that is over has made of them.
    await again;
    await page.getByRole('link', { name: 'tag:slow' }).click();
    await see('0 found');
  });

  test('reads a message as its recipient gets it, and nothing of it runs or is loaded', async () => {
    const html =
      '<meta http-equiv="refresh" content="0"><noscript><meta http-equiv="refresh" content="0"></noscript>' +
      '<link rel="preconnect" href="http://elsewhere.test"><link rel="dns-prefetch" href="//elsewhere.test">' +
      '<iframe srcdoc="<link rel=preconnect href=http://elsewhere.test>"></iframe><style>h1 { color: red }</style>' +
      '<h1>Hello</h1><a href="http://elsewhere.test/offer">Read on</a><script>parent.document.title = "taken"; fetch("/taken")</script>' +
      '<img src="http://elsewhere.test/pixel.png" onerror="parent.document.title = \'taken\'">';
    const email = { from: 'hello@acme.test', to: ['html@example.com'], subject: 'With html', html };
    const id = idOf({
      ...(await stack.client.post('/emails/batch', { emails: [email] })),
      body: await newest(),
    });
    let frames = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/dashboard/frame')) frames += 1;
    });
    await page.goto(`/dashboard/sends/${id}`);
    const mail = page.frameLocator('iframe');
    await mail.getByRole('heading', { name: 'Hello' }).waitFor();
    await mail.getByRole('link', { name: 'Read on' }).click();
    await mail.getByRole('link', { name: 'Read on' }).click({ button: 'middle' });
    expect(await mail.locator('meta[http-equiv], link, iframe').count()).toBe(0);
    expect(await mail.locator('h1').evaluate('getComputedStyle(document.querySelector("h1")).color')).toBe(
      'rgb(255, 0, 0)',
    );
    expect(await page.title()).toBe('With html – Postroom');
    await page.getByRole('tab', { name: 'Html' }).press('ArrowRight');
    await page.getByRole('tab', { name: 'Headers' }).waitFor();
    await page.getByRole('tabpanel').getByText('hello@acme.test').waitFor();
    expect(frames).toBe(1);
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
    await page.getByRole('searchbox').fill('tag:');
    await page.keyboard.press('Enter');
    await see('Each word needs a value.');
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

sendingAgain(operator);
told(operator);
unsaved(operator);
keeping(operator);
oddAddresses(operator);

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

everyPage(operator);

describe('the page', () => {
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

freshWorkspace(operator);

operatorOfAll(operator, () => browser);

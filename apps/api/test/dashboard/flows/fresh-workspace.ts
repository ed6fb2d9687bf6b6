import { describe, expect, test } from '@jest/globals';
import { generateApiKey, hashApiKey, newId } from '@postroom/core';
import { createDraw } from '@postroom/testkit';
import { handsOf, type Operator } from '../an-operator.ts';
import { detailPages } from './every-page.ts';
import { endSessions } from './unsaved.ts';

/** What each list says where there is nothing: that, its page and tab, and what to do next. */
const lists = [
  ['No mail yet', 'sends', null, /^Send a batch with POST .*: the reference has a request to copy\.$/],
  ['No batches yet', 'batches', null, /^Send a batch with POST .*: the reference has a request to copy\.$/],
  ['No templates yet', 'templates', null, /written once and filled in for each recipient/],
  ['No domains yet', 'senders', null, /Add yours, publish the DNS records/],
  ['No senders yet', 'senders', null, /Add one here/],
  ['Nobody is known yet', 'recipients', 'Profiles', /made by the API, or by the first mail/],
  ['No groups yet', 'recipients', 'Groups', /Make one with POST/],
  ['Nobody is suppressed', 'recipients', 'Suppressions', /CSV of another product is taken as it is/],
  ['Nobody is told yet', 'webhooks', null, /Make one for the address of yours/],
  ['Nothing to draw yet', 'rates', null, /the picture begins with the second hour/],
] as const;

/** Whatever names something of another workspace: addresses, subjects, names, tags. Short words may stand on a page by chance. */
const marks = `
  SELECT mark FROM (
    SELECT to_email FROM email_sends UNION SELECT subject FROM email_sends UNION SELECT rendered_subject FROM email_sends
    UNION SELECT unnest(tags) FROM email_sends UNION SELECT name FROM templates UNION SELECT from_email FROM sender_profiles
    UNION SELECT domain FROM domains UNION SELECT name FROM subscription_groups UNION SELECT email FROM profiles
    UNION SELECT url FROM webhook_endpoints UNION SELECT name FROM api_keys UNION SELECT email FROM suppressions
    UNION SELECT id::text FROM batches
  ) AS all_of_them (mark) WHERE length(mark) > 9`;

/** A workspace in which nothing has happened, beside one in which much has. */
export function freshWorkspace(operator: () => Operator): void {
  const { see, press, open } = handsOf(operator);

  describe('a fresh workspace', () => {
    const key = generateApiKey('live');
    const id = newId();
    let others: readonly string[] = [];

    /** What the page has of another workspace, wherever it stands in it. */
    const strange = async () => {
      const html = await operator().page.content();
      return others.filter((mark) => html.includes(mark));
    };

    test('opens with a key of its own', async () => {
      const { stack, page } = operator();
      others = (await stack.database.rows<{ mark: string }>(marks)).map(({ mark }) => mark);
      expect(others.length).toBeGreaterThan(300);
      await stack.database.rows(`INSERT INTO workspaces (id, name) VALUES ('${id}', 'Fresh')`);
      await stack.database.rows(
        `INSERT INTO api_keys (id, workspace_id, name, prefix, hash, scopes, mode)
         VALUES ('${newId()}', '${id}', 'own', 'sk_live_', '\\x${Buffer.from(hashApiKey(key)).toString('hex')}', '{full}', 'live')`,
      );
      await page.getByLabel('API key').fill(key);
      await press('Sign in');
      await page.getByText('Fresh', { exact: true }).waitFor();
      await open('');
      await page.getByRole('heading', { name: 'Now', level: 1 }).waitFor();
      await see('Nothing has failed.');
      expect(await strange()).toEqual([]);
    });

    test.each(createDraw()(lists, 4))(
      'says "%s" on the page of %s, and what to do next',
      async (title, path, tab, next) => {
        const { page } = operator();
        await open(path);
        if (tab !== null) await page.getByRole('tab', { name: tab }).click();
        const empty = page.locator('.empty').filter({ has: page.getByRole('heading', { name: title }) });
        await empty.getByText(next).waitFor();
        expect(await strange()).toEqual([]);
      },
    );

    test('keeps what is not saved where another tab signs in to another, and saves it there no more', async () => {
      const { stack, page } = operator();
      await open('templates/new');
      const asked = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByLabel('Name').fill('Of this one');
      expect((await asked).headers()).toMatchObject({ 'x-postroom-workspace': `${id} live` });
      await page.context().request.post(`${stack.apiUrl}/dashboard/session`, {
        headers: { 'x-postroom-dashboard': '1' },
        data: { key: stack.key },
      });
      await see(/^Another tab signed in to another workspace/);
      await page.getByLabel('API key').fill(key);
      await press('Sign in');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await press('Save');
      await see(/^Saved\./);
      const made = await stack.database.rows(
        "SELECT workspace_id AS id FROM templates WHERE name = 'Of this one'",
      );
      expect(made).toEqual([{ id }]);
    });

    test('finds nothing of another, whoever tells the addresses of its pages', async () => {
      const { stack, page } = operator();
      await open('sends?to=grace%40example.com');
      await see('Nothing matches');
      expect(await strange()).toEqual([]);
      await open('keys');
      await page.getByRole('row', { name: /^own / }).waitFor();
      expect(await strange()).toEqual([]);
      for (const { path } of detailPages) {
        const place = await path(stack);
        await open(place);
        await page.getByRole('alert').first().waitFor();
        expect((await strange()).filter((mark) => !place.includes(mark))).toEqual([]);
      }
    });

    test('is not what somebody of another is shown, who signs in where its session ended', async () => {
      const { stack, page } = operator();
      await endSessions(operator());
      // Nothing is unsaved: the page does not stay behind a dialog.
      await page.getByRole('heading', { name: 'Postroom', level: 1 }).waitFor();
      await page.getByLabel('API key').fill(stack.key);
      await press('Sign in');
      await page.getByRole('heading', { name: 'asked@example.com', level: 1 }).waitFor();
      await press('Sign out');
      await page.getByLabel('API key').waitFor();
    });
  });
}

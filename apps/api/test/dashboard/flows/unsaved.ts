import { describe, expect, test } from '@jest/globals';
import { findBarriers } from '../a-browser.ts';
import { handsOf, type Operator } from '../an-operator.ts';

/** Ends all sessions, as their twelve hours do. */
export const endSessions = ({ stack }: Pick<Operator, 'stack'>): Promise<unknown> =>
  stack.database.rows('DELETE FROM dashboard_sessions RETURNING 1');

/** What is typed into a template and not saved. */
export function unsaved(operator: () => Operator): void {
  const { see, press, open } = handsOf(operator);

  describe('what is not saved', () => {
    /** The text of the template that the page stands at. */
    const words = () => operator().page.getByLabel('Text, for who reads no html');

    test('stays where it is typed on while a new template is saved', async () => {
      const { page } = operator();
      await open('templates');
      await page.getByRole('link', { name: 'New template' }).click();
      await page.getByLabel('Name').fill('Begun here');
      await page.route(
        '**/api/v1/templates',
        async (route) => {
          await words().fill('Typed on');
          await route.continue();
        },
        { times: 1 },
      );
      await press('Save');
      await see(/^Saved\./);
      await page.waitForURL((url) => !url.pathname.endsWith('/new'));
      expect(await words().inputValue()).toBe('Typed on');
      await press('Save');
      await page.getByRole('button', { name: 'Save', disabled: true }).waitFor();
    });

    test('stays where the template is archived, and where somebody would leave but does not', async () => {
      const { page, templateId } = operator();
      await page.getByRole('link', { name: '← Templates' }).click();
      await page.locator(`a[href$="${templateId}"]`).click();
      await words().fill('Not saved {{name}}');
      await press('Archive');
      await see(/^Archived:/);
      await press('Unarchive');
      await see('Active again.');
      const back = page.getByRole('link', { name: '← Templates' });
      for (const leave of [() => back.click(), () => page.evaluate('history.back()')]) {
        const asked = page.waitForEvent('dialog');
        const leaving = leave();
        const question = await asked;
        expect(question.message()).toBe('What you changed is not saved. Let it go?');
        await question.dismiss();
        await leaving;
      }
      await page.waitForURL(`**/templates/${templateId}`);
      expect(await words().inputValue()).toBe('Not saved {{name}}');
    });

    test('stays where the session ends, and is saved by whoever signs in again', async () => {
      const { page, stack, templateId } = operator();
      await endSessions(operator());
      const question = page.getByRole('dialog', { name: 'Sign in again' });
      await question.waitFor();
      for (let times = 0; times < 2; times += 1) {
        await page.keyboard.press('Escape');
        await question.waitFor();
      }
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel('API key').fill(stack.key);
      await press('Sign in');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await press('Save');
      await see(/^Saved\./);
      const { body } = await stack.client.get(`/templates/${templateId}`);
      expect(body).toMatchObject({ text: 'Not saved {{name}}', status: 'Active' });
    });
  });
}

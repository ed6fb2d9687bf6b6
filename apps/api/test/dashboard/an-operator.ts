import type { ApiAnswer, ApiClient, Stack } from '@postroom/testkit';
import type { Page } from 'playwright-core';

/** Somebody who is signed in, and the stack behind what they see. */
export type Operator = { readonly stack: Stack; readonly page: Page; readonly templateId: string };

/** What an operator sees and presses. */
export const handsOf = (operator: () => Pick<Operator, 'page'>) => ({
  see: (text: string | RegExp) => operator().page.getByText(text).first().waitFor(),
  press: (name: string | RegExp) => operator().page.getByRole('button', { name }).click(),
  open: async (path: string) => void (await operator().page.goto(`/dashboard/${path}`)),
});

/** Sends one email of the emails dialect, and answers its id. */
export async function sendEmail(
  client: ApiClient,
  email: Readonly<Record<string, unknown>>,
): Promise<string> {
  const emails = [{ from: 'hello@acme.test', text: 'Hello', ...email }];
  const { status, body } = await client.post('/emails/batch', { emails });
  const [made] = (body as { readonly emails?: readonly { readonly id: string }[] }).emails ?? [];
  if (made === undefined) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`);
  return made.id;
}

/** The answer of a request that made or changed something; throws what the API said otherwise. */
export function bodyOf({ status, body }: ApiAnswer): Readonly<Record<string, unknown>> {
  if (status >= 300) throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`);
  return Object(body);
}

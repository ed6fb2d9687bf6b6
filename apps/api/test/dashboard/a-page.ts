import type { DashboardSessionAnswer } from '@postroom/contracts';
import { generateSessionToken, hashApiKey } from '@postroom/core';
import { DashboardSessionStore } from '@postroom/db';
import type { Answer, TestApi } from '../start-api.ts';

/** What the dashboard's own page says with each request. */
export const ownPage = { 'x-postroom-dashboard': '1', 'sec-fetch-site': 'same-origin' };

/** Tries to sign in; `headers` stand beside those of the page. */
export const trySignIn = (
  api: TestApi,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  api.call('/dashboard/session', { method: 'POST', body: { key }, headers: { ...ownPage, ...headers } });

/** The cookie of a browser that has signed in with a key, without asking the route. */
export async function signInWith({ prisma }: TestApi, key: string): Promise<string> {
  const { id } = await prisma.apiKey.findUniqueOrThrow({ where: { hash: hashApiKey(key) } });
  const token = generateSessionToken();
  await new DashboardSessionStore(prisma).open(id, token);
  return `postroom_session=${token}`;
}

/** Calls as the page of a browser does that has signed in. */
export const callAs =
  (api: TestApi, cookie: string) =>
  (
    path: string,
    options: { method?: string; body?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) =>
    api.call(path, { ...options, headers: { ...ownPage, cookie, ...options.headers } });

/** Whether the API still knows a session. */
export async function isSignedIn(api: TestApi, cookie: string): Promise<boolean> {
  const { body } = await callAs(api, cookie)('/dashboard/session');
  return (body as DashboardSessionAnswer).session !== null;
}

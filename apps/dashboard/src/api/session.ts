import type { DashboardSession, DashboardSessionAnswer } from '@postroom/contracts';
import { effect, signal } from '@preact/signals';
import type { Answer } from './answer.ts';
import { call, signedOut } from './call.ts';

/** Who is signed in; undefined: that is not known yet. */
export const session = signal<DashboardSession | null | undefined>(undefined);

/** Why somebody has to sign in, if there is more to say than that. */
export const signInNote = signal<string | null>(null);

const path = '/dashboard/session';

/** Asks who is signed in. */
export async function askSession(): Promise<void> {
  const answer = await call<DashboardSessionAnswer>('GET', path);
  session.value = answer.kind === 'ok' ? answer.value.session : null;
  if (answer.kind === 'failed') signInNote.value = answer.failure.message;
}

/** Signs in with a key, which is not kept. */
export async function signIn(key: string): Promise<Answer<DashboardSessionAnswer>> {
  const answer = await call<DashboardSessionAnswer>('POST', path, { json: { key } });
  if (answer.kind === 'failed') return answer;
  signInNote.value = null;
  await askSession();
  if (session.value === null)
    signInNote.value =
      'The browser did not keep the session. Off this machine it does so over https:// alone.';
  return answer;
}

/** Signs out, here and at the API. */
export async function signOut(): Promise<void> {
  await call('DELETE', path);
  session.value = null;
}

/** Whether who is signed in may do what needs a scope. */
export function may(scope: DashboardSession['scopes'][number]): boolean {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || (scope !== 'operator' && scopes.includes('full'));
}

effect(() => {
  if (signedOut.value === 0 || session.peek() == null) return;
  signInNote.value = 'The session is over: sign in again.';
  session.value = null;
});

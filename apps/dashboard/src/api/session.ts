import type { DashboardSession, DashboardSessionAnswer } from '@postroom/contracts';
import { effect, signal } from '@preact/signals';
import { forgetUnsaved } from '../ui/unsaved.ts';
import type { Answer, Failure } from './answer.ts';
import { call, signedOut } from './call.ts';

/** Who is signed in; undefined: that is not known yet. */
export const session = signal<DashboardSession | null | undefined>(undefined);

/** Whether the session ended by itself: the page stays as it is, and waits for somebody to sign in again. */
export const isOver = signal(false);

/** Why somebody has to sign in, if there is more to say than that. */
export const signInNote = signal<string | null>(null);

const path = '/dashboard/session';

/** Takes over who is signed in now. What is on the page is of a workspace and a mode: for another, it begins anew. */
function settle(found: DashboardSession | null): void {
  const before = session.peek();
  isOver.value = before != null && found === null;
  if (isOver.value || JSON.stringify(before) === JSON.stringify(found)) return;
  if (before != null && (before.workspaceId !== found?.workspaceId || before.mode !== found.mode)) {
    forgetUnsaved();
    session.value = undefined;
    location.reload();
  } else session.value = found;
}

/** Asks who is signed in. */
export async function askSession(): Promise<void> {
  const answer = await call<DashboardSessionAnswer>('GET', path);
  if (answer.kind === 'failed') signInNote.value = answer.failure.message;
  settle(answer.kind === 'ok' ? answer.value.session : null);
}

/** Looks whether who was signed in still is: another tab may have signed out, or in as somebody else. */
async function lookAgain(): Promise<void> {
  const answer = await call<DashboardSessionAnswer>('GET', path);
  if (answer.kind === 'failed' || session.peek() == null) return;
  if (answer.value.session === null) signInNote.value = 'The session is over: sign in again.';
  settle(answer.value.session);
}

/** Signs in with a key, which is not kept. */
export async function signIn(key: string): Promise<Answer<DashboardSessionAnswer>> {
  const answer = await call<DashboardSessionAnswer>('POST', path, { json: { key } });
  if (answer.kind === 'failed') return answer;
  signInNote.value = null;
  await askSession();
  if (session.value === null || isOver.value)
    signInNote.value =
      'The browser did not keep the session. Off this machine it does so over https:// alone.';
  return answer;
}

/** Signs out, at the API and here; answers why it did not. */
export async function signOut(): Promise<Failure | null> {
  const answer = await call('DELETE', path);
  if (answer.kind === 'failed') return answer.failure;
  isOver.value = false;
  session.value = null;
  return null;
}

/** Whether who is signed in may do what needs a scope. */
export function may(scope: DashboardSession['scopes'][number]): boolean {
  const scopes = session.value?.scopes ?? [];
  return scopes.includes(scope) || (scope !== 'operator' && scopes.includes('full'));
}

effect(() => {
  if (signedOut.value > 0 && session.peek() != null) void lookAgain();
});

addEventListener('focus', () => {
  if (session.peek() != null) void lookAgain();
});

import type { DashboardSession, DashboardSessionAnswer } from '@postroom/contracts';
import { effect, signal } from '@preact/signals';
import { forgetUnsaved, hasUnsaved } from '../ui/unsaved.ts';
import type { Answer, Failure } from './answer.ts';
import { call, session, signedOut } from './call.ts';

export { session };

/** Whether the session ended by itself with something unsaved: the page stays as it is, behind a dialog to sign in again. */
export const isOver = signal(false);

/** Why somebody has to sign in, if there is more to say than that. */
export const signInNote = signal<string | null>(null);

const path = '/dashboard/session';

/** Begins the page anew, for whoever is signed in by now. What was not saved goes. */
export function beginAnew(): void {
  forgetUnsaved();
  isOver.value = false;
  session.value = undefined;
  location.reload();
}

/** Whether what is on the page is of another workspace or mode than who is signed in now. */
function isOther(found: DashboardSession | null): boolean {
  const before = session.peek();
  return before != null && (before.workspaceId !== found?.workspaceId || before.mode !== found.mode);
}

/** Takes over who is signed in now. The page of another begins anew; with nobody it stays only where something is unsaved. */
function settle(found: DashboardSession | null): void {
  isOver.value = found === null && session.peek() != null && hasUnsaved();
  if (isOver.value || JSON.stringify(session.peek()) === JSON.stringify(found)) return;
  if (found !== null && isOther(found)) beginAnew();
  else session.value = found;
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
  const found = answer.value.session;
  if (found === null) signInNote.value = 'The session is over: sign in again.';
  if (found === null || !isOther(found) || !hasUnsaved()) return settle(found);
  signInNote.value =
    'Another tab signed in to another workspace or mode: sign in with a key of this one to go on, or let your changes go.';
  isOver.value = true;
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

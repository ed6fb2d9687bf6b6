import type { DashboardSession, dashboardHeader, Shown, shownHeader } from '@postroom/contracts';
import { signal } from '@preact/signals';
import { type Answer, type Failure, failed, inDoubt, readFile, readJson } from './answer.ts';

/** What every request says, so that no other site's can be one of ours. */
const ownHeader: typeof dashboardHeader = 'x-postroom-dashboard';
const whose: typeof shownHeader = 'x-postroom-workspace';

/** Who is signed in; undefined: that is not known yet. */
export const session = signal<DashboardSession | null | undefined>(undefined);

/** Counts up when the API no longer knows the session. */
export const signedOut = signal(0);

type Body =
  /** `key`: the same body with the same key is done once, however often it is sent. */
  | { readonly json: unknown; readonly key?: string }
  /** As it is: whoever reads it as a text spoils what is not UTF-8. */
  | { readonly file: Blob; readonly type: string };

/** Whose page asks: the cookie may be of another by now. Who that is may be asked by each. */
function ownOf(isOfSession: boolean): Record<string, string> {
  const shown = session.peek();
  if (isOfSession || shown == null) return { [ownHeader]: '1' };
  return { [ownHeader]: '1', [whose]: `${shown.workspaceId} ${shown.mode}` satisfies Shown };
}

function headersOf(own: Record<string, string>, body: Body | undefined): Record<string, string> {
  if (body === undefined) return own;
  if ('file' in body) return { ...own, 'content-type': body.type };
  const typed = { ...own, 'content-type': 'application/json' };
  return body.key === undefined ? typed : { ...typed, 'idempotency-key': body.key };
}

async function ask(method: string, path: string, body?: Body): Promise<Response | null> {
  const content = body === undefined ? null : 'file' in body ? body.file : JSON.stringify(body.json);
  const isOfSession = path.startsWith('/dashboard/session');
  const headers = headersOf(ownOf(isOfSession), body);
  const asked = fetch(path, { method, headers, body: content, credentials: 'same-origin' });
  const response = await asked.catch(() => null);
  if (response?.status === 401 && !isOfSession) signedOut.value += 1;
  return response;
}

const unreachable = () =>
  failed('unreachable', 'The API does not answer. Is it running, and is this machine online?');

/** What the API has not said itself. */
const unanswered: ReadonlySet<string> = new Set(['unreachable', 'unreadable', 'unknown']);

/** Asks the API; `path` begins at the root, as in `/api/v1/emails`. Never rejects. */
export async function call<Value>(method: string, path: string, body?: Body): Promise<Answer<Value>> {
  const response = await ask(method, path, body);
  const answer = response === null ? unreachable() : await readJson<Value>(response);
  const isTold = answer.kind === 'ok' || !unanswered.has(answer.failure.code);
  if (isTold || method !== 'POST' || !path.startsWith('/api/')) return answer;
  return { kind: 'failed', failure: inDoubt(answer, body !== undefined && 'key' in body) };
}

/** Saves an answer of the API as a file; answers why nothing was saved, or null. Never rejects. */
export async function download(path: string, fileName: string): Promise<Failure | null> {
  const response = await ask('GET', path);
  const answer = response === null ? unreachable() : await readFile(response);
  if (answer.kind === 'failed') return answer.failure;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(answer.value);
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
  return null;
}

/** A path with a query, of the values that are set. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
}

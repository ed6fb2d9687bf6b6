import type { dashboardHeader, ErrorEnvelope } from '@postroom/contracts';
import { signal } from '@preact/signals';

/** What every request says, so that no other site's can be one of ours. */
const ownHeader: typeof dashboardHeader = 'x-postroom-dashboard';

/** What went wrong, in the API's words; `details` are those of its envelope. */
export type Failure = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** An answer of the API, or what went wrong. */
export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Counts up when the API no longer knows the session. */
export const signedOut = signal(0);

type Body = { readonly json: unknown } | { readonly text: string; readonly type: string };

const unreachable: Failure = {
  status: 0,
  code: 'unreachable',
  message: 'The API does not answer. Is it running, and is this machine online?',
  details: {},
};

async function failureOf(response: Response): Promise<Failure> {
  const envelope: Partial<ErrorEnvelope> = await response.json().catch(() => ({}));
  return {
    status: response.status,
    code: envelope.error ?? 'unknown',
    message: envelope.message ?? `The API answered ${response.status}.`,
    details: envelope.details ?? {},
  };
}

async function ask(method: string, path: string, body?: Body): Promise<Response | null> {
  const headers: Record<string, string> = { [ownHeader]: '1' };
  if (body !== undefined) headers['content-type'] = 'json' in body ? 'application/json' : body.type;
  const content = body === undefined ? null : 'json' in body ? JSON.stringify(body.json) : body.text;
  return fetch(path, { method, headers, body: content, credentials: 'same-origin' }).catch(() => null);
}

/** Asks the API; `path` begins at the root, as in `/api/v1/emails`. Never rejects. */
export async function call<Value>(method: string, path: string, body?: Body): Promise<Answer<Value>> {
  const response = await ask(method, path, body);
  if (response === null) return { kind: 'failed', failure: unreachable };
  if (!response.ok) {
    const failure = await failureOf(response);
    if (failure.status === 401 && !path.startsWith('/dashboard/session')) signedOut.value += 1;
    return { kind: 'failed', failure };
  }
  const value = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return { kind: 'ok', value };
}

/** Saves an answer of the API as a file. */
export async function download(path: string, fileName: string): Promise<Failure | null> {
  const response = await ask('GET', path);
  if (response === null) return unreachable;
  if (!response.ok) return failureOf(response);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
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

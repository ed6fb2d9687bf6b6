import type { Fetch } from './runtime.ts';

/** One request as it goes over the wire. */
export type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
};

/** What came of one request. */
export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly header: (name: string) => string | null;
      readonly text: string;
    }
  | {
      readonly kind: 'unanswered';
      readonly code: 'network_error' | 'timeout' | 'aborted';
      /** False when it is sure that the server got nothing of it. */
      readonly mayHaveArrived: boolean;
      readonly cause: unknown;
    };

/** Failures to connect of Node and Bun: nothing was sent then. */
const notConnected = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
]);

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** `fetch` hides the reason in the cause, and several addresses of one host in an AggregateError. */
function isNotConnected(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (notConnected.has(String(codeOf(error)))) return true;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) {
    return error.errors.every(isNotConnected);
  }
  return 'cause' in error && isNotConnected(error.cause);
}

/** Sends one request and reads the whole answer, within the time-out and until the signal aborts. Never rejects. */
export async function exchange(
  fetch: Fetch,
  { method, url, headers, body }: HttpRequest,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<Exchange> {
  const controller = new AbortController();
  const stopped: { by: 'timeout' | 'aborted' | null } = { by: null };
  const stop = (by: 'timeout' | 'aborted') => {
    stopped.by ??= by;
    controller.abort();
  };
  const onAbort = () => stop('aborted');
  const timer = setTimeout(() => stop('timeout'), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = await fetch(url, {
      method,
      headers,
      signal: controller.signal,
      // A redirect would hand the key to another host.
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return { kind: 'answered', status: answer.status, header: (name) => answer.headers.get(name), text };
  } catch (cause) {
    const code = stopped.by ?? 'network_error';
    return { kind: 'unanswered', code, mayHaveArrived: !isNotConnected(cause), cause };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

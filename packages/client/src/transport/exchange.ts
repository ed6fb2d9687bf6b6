import type { Fetch, FetchAnswer, FetchInit } from './runtime.ts';
import { type Limits, startWatch, type Unanswered } from './watch.ts';

/** One request as it goes over the wire. */
export type HttpRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
};

/** A whole answer. */
export type Answered = {
  readonly kind: 'answered';
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly text: string;
};

/** What came of one request. */
export type Exchange = Answered | Unanswered;

/** What `fetch` is asked for. */
export const initOf = ({ method, headers, body }: HttpRequest, signal: FetchInit['signal']): FetchInit => ({
  method,
  headers,
  signal,
  // A redirect would hand the key to another host.
  redirect: 'manual',
  ...(body === undefined ? {} : { body }),
});

/** Reads an answer to its end. */
export async function wholeOf(answer: FetchAnswer): Promise<Answered> {
  const text = await answer.text();
  return { kind: 'answered', status: answer.status, header: (name) => answer.headers.get(name), text };
}

/** Sends one request and reads the whole answer, within the time-out and until the signal aborts. Never rejects. */
export async function exchange(fetch: Fetch, request: HttpRequest, limits: Limits): Promise<Exchange> {
  const watch = startWatch(limits);
  try {
    return await wholeOf(await fetch(request.url, initOf(request, watch.signal)));
  } catch (cause) {
    return watch.unanswered(cause);
  } finally {
    watch.end();
  }
}

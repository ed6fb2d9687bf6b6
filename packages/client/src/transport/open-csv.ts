import { type Failure, failure, type Result, success } from '../result.ts';
import { type Exchange, type HttpRequest, initOf, wholeOf } from './exchange.ts';
import { readAnswer } from './read-answer.ts';
import type { Fetch, FetchAnswer } from './runtime.ts';
import { type Limits, startWatch, type Watch } from './watch.ts';

/** The text of an answer, piece by piece as it comes; an error is the last piece, and what ends without one is whole. */
export type Pieces = AsyncGenerator<Result<string>, void, undefined>;

const isCsv = ({ status, headers }: FetchAnswer): boolean =>
  status >= 200 && status < 300 && /^text\/csv\s*(?:;|$)/i.test(headers.get('content-type') ?? '');

async function* textsOf(answer: FetchAnswer, watch: Watch): AsyncGenerator<string, void, undefined> {
  // A `fetch` that is not the global one may have no stream.
  if (!answer.body) {
    yield await answer.text();
    return;
  }
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    watch.resume();
    const { done, value } = await reader.read();
    watch.pause();
    const text = decoder.decode(value, { stream: !done });
    if (text !== '') yield text;
    if (done) return;
  }
}

async function* piecesOf(answer: FetchAnswer, watch: Watch): Pieces {
  let isWhole = false;
  try {
    for await (const text of textsOf(answer, watch)) yield success(text);
    isWhole = true;
  } catch (cause) {
    // Nothing is in doubt: it only reads.
    yield noFile({ ...watch.unanswered(cause), mayHaveArrived: false }, 0);
  } finally {
    // Whoever stops taking it lets go of the connection.
    if (isWhole) watch.end();
    else watch.abandon();
  }
}

/** Why there is no file: whatever came instead of it. */
function noFile(came: Exchange, nowMs: number): Failure {
  const { data, error } = readAnswer(came, { isAnswer: isNothing, nowMs });
  return error === null ? data : failure(error);
}

const isNothing = (_body: unknown): _body is never => false;

/**
 * Sends one request and answers the pieces of the CSV file that comes, or why there is none. The time-out holds for its
 * beginning and for each further piece, and not while nobody asks for one.
 */
export async function openCsv(
  fetch: Fetch,
  request: HttpRequest,
  { limits, nowMs }: { readonly limits: Limits; readonly nowMs: () => number },
): Promise<Result<Pieces>> {
  const watch = startWatch(limits);
  let came: Exchange;
  try {
    const answer = await fetch(request.url, initOf(request, watch.signal));
    if (isCsv(answer)) {
      watch.pause();
      return success(piecesOf(answer, watch));
    }
    came = await wholeOf(answer);
  } catch (cause) {
    came = watch.unanswered(cause);
  }
  watch.end();
  return noFile(came, nowMs());
}

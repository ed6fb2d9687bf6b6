import { setTimeout as pause } from 'node:timers/promises';

/** An answer with its whole body. */
export type TextAnswer = Pick<Response, 'ok' | 'status' | 'headers'> & { readonly text: string };

/** Fetches all of an answer; rejects as `fetch` does, be it that the body stops or is cut. */
export async function fetchText(url: string, init: RequestInit): Promise<TextAnswer> {
  const response = await fetch(url, init);
  const { ok, status, headers } = response;
  return { ok, status, headers, text: await response.text() };
}

/** How often a call is made that is told to come later. */
const tries = 6;

/** When a call is made again, and for how long at most one waits before it. */
type Patience<Answer> = {
  /** Whether it may be made again: nothing was done, or doing it twice does no harm. */
  readonly isLater: (answer: Answer) => boolean;
  /** No longer is waited before one of them, whatever the other side says, in seconds. */
  readonly longestWaitSeconds: number;
  readonly onWait?: ((seconds: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** What `Retry-After` says, in seconds (RFC 9110 section 10.2.3), or one second more with each turn. */
function waitSecondsOf(answer: TextAnswer | Error, turn: number): number {
  const header = answer instanceof Error ? null : answer.headers.get('retry-after');
  const told = Number(header ?? Number.NaN);
  return Number.isFinite(told) && told >= 0 ? told : turn;
}

/** Makes a call again and again while it is told to come later, as slowly as it is told to; answers the last answer. */
export async function callPatiently<Answer extends TextAnswer | Error>(
  call: () => Promise<Answer>,
  { isLater, longestWaitSeconds, onWait, signal }: Patience<Answer>,
): Promise<Answer> {
  for (let turn = 1; ; turn += 1) {
    const answer = await call();
    if (turn === tries || !isLater(answer)) return answer;
    const seconds = Math.min(longestWaitSeconds, waitSecondsOf(answer, turn));
    onWait?.(seconds);
    await pause(seconds * 1_000, undefined, { signal });
  }
}

import type { RequestListener, ServerResponse } from 'node:http';

/** How long an answer may wait to be taken by a client that takes nothing of it, in milliseconds. */
export const untakenMs = 30_000;

/** A client that takes less than so many bytes in a millisecond has stopped taking. */
const slowestBytesPerMs = 32;

/**
 * Ends connections whose answers are not taken: within `waitMs`, and a second for each 32 KB more. What is not taken is
 * memory of this process for as long as the client stays. `stop` ends the watch.
 */
export function endUntaken(
  handle: RequestListener,
  waitMs: number,
): { readonly handle: RequestListener; readonly stop: () => void } {
  /** Answers in hand, and when each has to be taken: not before it has been given as a whole. */
  const inHand = new Map<ServerResponse, number | null>();
  const look = () => {
    const now = performance.now();
    for (const [response, deadline] of inHand) {
      if (!response.writableEnded) continue;
      if (deadline === null) inHand.set(response, now + waitMs + response.writableLength / slowestBytesPerMs);
      else if (now > deadline) response.destroy();
    }
  };
  const timer = setInterval(look, Math.min(1_000, waitMs / 2)).unref();
  return {
    handle: (request, response) => {
      inHand.set(response, null);
      response.once('close', () => inHand.delete(response));
      handle(request, response);
    },
    stop: () => clearInterval(timer),
  };
}

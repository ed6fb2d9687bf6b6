import type { Admission } from '@postroom/core';

/**
 * How far one call has come, and therefore what its failure can mean:
 *
 *   preparing -> connecting -> written
 *
 * `preparing`: serialising, finding credentials, signing; no socket yet. `connecting`: waiting for a
 * connection that can carry the request. `written`: the first byte has been handed to a connected
 * socket, so from here on the provider may have seen the request. It never goes back.
 */
export type ExchangePhase = 'preparing' | 'connecting' | 'written';

/**
 * One call on the wire. `end` holds why it was ended from outside, and `onEnd` is told once when that
 * happens. An AbortSignal would say the same; one per call costs a tenth of the CPU time of a send.
 * `admission` is asked before anything is written; the time that it takes may be kept out of the deadline, which then starts anew.
 */
export type Exchange = {
  phase: ExchangePhase;
  end: { readonly reason: unknown } | null;
  onEnd: ((reason: unknown) => void) | null;
  readonly admission: Admission | null;
  readonly stopDeadline: () => void;
  readonly startDeadline: () => void;
};

/** What a call is bound by. */
export type CallLimits = {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly admission?: Admission | undefined;
};

/** What ended a call that took longer than it may; `code` is the one that sockets use. */
class CallTimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(`The call took longer than ${timeoutMs} ms.`);
  }
}

/** How a call ended: with an answer that the SDK could read, or not, and then in which phase. */
export type CallResult<T> =
  | { readonly kind: 'answered'; readonly output: T }
  | { readonly kind: 'failed'; readonly error: unknown; readonly phase: ExchangePhase };

/**
 * Runs one call under one deadline that covers everything: credentials, connecting, writing, and an
 * answer that arrives byte by byte. Never rejects. Once it has returned, nothing more of the call
 * is written to the wire.
 */
export async function runExchange<T>(
  { signal, timeoutMs, admission }: CallLimits,
  call: (exchange: Exchange) => Promise<T>,
): Promise<CallResult<T>> {
  let timer: NodeJS.Timeout | undefined;
  let overdue: NodeJS.Immediate | undefined;
  const stopDeadline = () => {
    clearTimeout(timer);
    clearImmediate(overdue);
  };
  // Answers that came in while this process stood still are read first: their calls are not in doubt. What is not written yet
  // is not written any more.
  const startDeadline = () => {
    timer = setTimeout(() => {
      const endOverdue = () => end(new CallTimeoutError(timeoutMs));
      if (exchange.phase === 'written') overdue = setImmediate(endOverdue);
      else endOverdue();
    }, timeoutMs);
  };
  const exchange: Exchange = {
    phase: 'preparing',
    end: null,
    onEnd: null,
    admission: admission ?? null,
    stopDeadline,
    startDeadline,
  };
  let cut: (reason: unknown) => void = () => {};
  const isCut = new Promise<never>((_resolve, reject) => {
    cut = reject;
  });
  const end = (reason: unknown) => {
    exchange.end = { reason };
    exchange.onEnd?.(reason);
    cut(reason);
  };
  const onAbort = () => end(signal?.reason);
  startDeadline();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    return { kind: 'answered', output: await Promise.race([call(exchange), isCut]) };
  } catch (error) {
    return { kind: 'failed', error, phase: exchange.phase };
  } finally {
    stopDeadline();
    signal?.removeEventListener('abort', onAbort);
  }
}

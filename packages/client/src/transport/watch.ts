/** How long a request may take, and what stops it. */
export type Limits = { readonly timeoutMs: number; readonly signal: AbortSignal | undefined };

/** A request that got no answer, or not all of it. */
export type Unanswered = {
  readonly kind: 'unanswered';
  readonly code: 'network_error' | 'timeout' | 'aborted';
  /** False when it is sure that the server got nothing of it. */
  readonly mayHaveArrived: boolean;
  readonly cause: unknown;
};

/** Stops a request that takes too long, or that its caller does not want any more. */
export type Watch = {
  /** Aborts when the request is to stop. */
  readonly signal: AbortSignal;
  /** No time counts until it is resumed. */
  pause(): void;
  /** From now on the whole time-out is left. */
  resume(): void;
  /** What a failure means, which may be of the watch's own making. */
  unanswered(cause: unknown): Unanswered;
  /** To be called when the request is over. */
  end(): void;
  /** Ends it, and the request with it. */
  abandon(): void;
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

/** Begins to watch over one request. */
export function startWatch({ timeoutMs, signal }: Limits): Watch {
  const controller = new AbortController();
  const stopped: { by: 'timeout' | 'aborted' | null } = { by: null };
  const stop = (by: 'timeout' | 'aborted') => {
    stopped.by ??= by;
    controller.abort();
  };
  const onAbort = () => stop('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  const start = () => setTimeout(() => stop('timeout'), timeoutMs);
  let timer = start();
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  return {
    signal: controller.signal,
    pause: () => clearTimeout(timer),
    resume: () => {
      clearTimeout(timer);
      timer = start();
    },
    unanswered: (cause) => {
      const code = stopped.by ?? 'network_error';
      return { kind: 'unanswered', code, mayHaveArrived: !isNotConnected(cause), cause };
    },
    end,
    abandon: () => {
      end();
      controller.abort();
    },
  };
}

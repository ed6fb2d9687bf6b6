/** How a person or the system asks this process to end. */
export type StopRequest = {
  /** Aborted at the first request; its reason names it. */
  readonly signal: AbortSignal;
  /** Aborted when somebody asks again, later than the first second: what is in hand is not waited for. */
  readonly hurry: AbortSignal;
};

/** npm passes Ctrl-C on although the terminal has told us already: the second one is not impatience. */
const echoMs = 1_000;
const parentCheckMs = 500;

/**
 * Listens for Ctrl-C, SIGTERM and a closed terminal from now on. Under npm, its death counts too: it cannot
 * pass on the SIGKILL that ended it.
 */
export function listenForStop(): StopRequest {
  const stop = new AbortController();
  const hurry = new AbortController();
  let askedAt = 0;
  const ask = (reason: string) => {
    if (!stop.signal.aborted) {
      askedAt = performance.now();
      stop.abort(reason);
    } else if (performance.now() - askedAt > echoMs) {
      hurry.abort(reason);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      ask('npm is gone');
    }, parentCheckMs);
    timer.unref();
  }
  return { signal: stop.signal, hurry: hurry.signal };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

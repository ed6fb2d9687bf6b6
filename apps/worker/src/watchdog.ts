/** How long a worker may have work and reach nothing before it gives its place to a new process. */
const stuckAfterMs = 60_000;
const checkEveryMs = 5_000;

/**
 * Resolves with `stuck` once there was due work and no claim for a minute although both servers answered: the
 * supervisor then starts a fresh process. BullMQ's consumers have stopped for ever after outages before.
 */
export function watchProgress(options: {
  /** Milliseconds since the last claim statement that came back. */
  readonly sinceLastClaimMs: () => number;
  /** Whether jobs are waiting and nothing but this process keeps them; rejects while a server is away. */
  readonly hasDueWork: () => Promise<boolean>;
}): { readonly stuck: Promise<'stuck'>; stop(): void } {
  let blameless = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<'stuck'>((resolve) => {
    timer = setInterval(() => {
      void options.hasDueWork().then(
        (isDue) => {
          if (!isDue) blameless = Date.now();
          const idleMs = Math.min(Date.now() - blameless, options.sinceLastClaimMs());
          if (idleMs > stuckAfterMs) resolve('stuck');
        },
        () => {
          blameless = Date.now();
        },
      );
    }, checkEveryMs);
  });
  return { stuck, stop: () => clearInterval(timer) };
}

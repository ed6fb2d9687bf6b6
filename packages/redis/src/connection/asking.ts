/**
 * How long Redis may be silent, in milliseconds, unless whoever asks has a budget of its own. `connection` is when a
 * connection that carries nothing, without a reset, is given up for a new one: TCP would wait for a quarter of an hour.
 */
export const silenceMs = { connecting: 3_000, answer: 1_000, manyJobs: 5_000, connection: 2_500 } as const;

/** Redis was silent for longer than it may be. It may still do what it was told. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** Asks Redis one question, and rejects when its answer takes longer than the budget. */
export type Ask = <T>(question: () => Promise<T>, budgetMs?: number) => Promise<T>;

/**
 * The one bound for Redis's silence, which a connection that swallows everything would have last beyond a send's lease. What
 * has arrived when the budget ends is read first, since a busy process is not a slow Redis. While so many answers are
 * overdue nothing more is asked, and every question rejects at once: it would only queue up behind them, and be done
 * long after whoever asked has given up.
 */
export function createAsking(maxOverdue = 1): Ask {
  let overdue = 0;
  const settle = () => {
    overdue -= 1;
  };
  return async (question, budgetMs = silenceMs.answer) => {
    if (overdue >= maxOverdue) throw new SilenceError('Redis has not answered an earlier question yet.');
    const answer = question();
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      const give = () => {
        overdue += 1;
        void answer.then(settle, settle);
        reject(new SilenceError(`Redis did not answer within ${budgetMs} ms.`));
      };
      timer = setTimeout(() => setImmediate(give), budgetMs);
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      clearTimeout(timer);
    }
  };
}

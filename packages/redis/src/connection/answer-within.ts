/** Redis took longer than it may: it may still do what it was told. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** How long Redis may take to answer a quick question, in milliseconds. */
export const answerMs = 1_000;

/**
 * Rejects when an answer takes too long: a connection that swallows everything would otherwise hold a send beyond
 * its lease. What has arrived by then is still read first, since a busy process is not a slow Redis.
 */
export async function answerWithin<T>(answer: Promise<T>, budgetMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new NoAnswerError(`Redis did not answer within ${budgetMs} ms.`));
    timer = setTimeout(() => setImmediate(fail), budgetMs);
  });
  try {
    return await Promise.race([answer, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks one question, and rejects when its answer takes longer than the budget, `answerMs` unless told. */
type Ask = <T>(question: () => Promise<T>, budgetMs?: number) => Promise<T>;

/**
 * Asks over one connection. While an answer is overdue nothing more is asked, and every question rejects at once: it
 * would only queue up behind that answer, and be done long after whoever asked has given up.
 */
export function createAsker(): Ask {
  let overdue = 0;
  const settle = () => {
    overdue -= 1;
  };
  return async (question, budgetMs = answerMs) => {
    if (overdue > 0) throw new NoAnswerError('Redis has not answered an earlier question yet.');
    const answer = question();
    try {
      return await answerWithin(answer, budgetMs);
    } catch (error) {
      if (error instanceof NoAnswerError) {
        overdue += 1;
        void answer.then(settle, settle);
      }
      throw error;
    }
  };
}

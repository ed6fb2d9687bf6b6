/** Redis took longer than it may: it may still do what it was told. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

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

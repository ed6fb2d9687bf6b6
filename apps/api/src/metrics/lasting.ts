import { restAfter, within } from '@postroom/core';

type Lasting = {
  /** The longest that one who asks waits, in milliseconds. */
  readonly budgetMs: number;
  /** How long an answer is told while no newer one has come, in milliseconds. */
  readonly toldMs: number;
  /** For how long at least nothing is asked after an answer, in milliseconds. */
  readonly leastRestMs: number;
  readonly now?: () => number;
};

/**
 * What a source that may be slow said last, or null where that is too old or it failed. One asking at a time, which goes on when
 * nobody waits for it any more: what takes longer than one who asks waits is told to the next one. A rest of so many times as long
 * follows, since it takes the longer the more there is, and is wanted most then.
 */
export function lasting<Answer>(
  ask: () => Promise<Answer>,
  { budgetMs, toldMs, leastRestMs, now = () => performance.now() }: Lasting,
): () => Promise<Answer | null> {
  let last: { readonly answer: Answer; readonly atMs: number } | null = null;
  let underWay: Promise<void> | null = null;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const begin = async () => {
    const startedAt = now();
    const restOf = () => restAfter(now() - startedAt);
    try {
      last = { answer: await ask(), atMs: startedAt };
      restsUntil = now() + Math.max(leastRestMs, restOf());
    } catch {
      // What a source refuses to say now is not known. What took it long to refuse is not asked for again at once.
      last = null;
      restsUntil = now() + restOf();
    }
  };
  const forget = () => {
    underWay = null;
  };
  return async () => {
    if (underWay === null && now() >= restsUntil) underWay = begin().finally(forget);
    if (underWay !== null) await within(underWay, budgetMs);
    return last !== null && now() - last.atMs <= toldMs ? last.answer : null;
  };
}

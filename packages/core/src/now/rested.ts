/** What took long is followed by a rest of so many times as long: what is much is read more seldom. */
const restPerReading = 9;

/** The longest rest, in milliseconds. */
const longestRestMs = 13_500;

/** How long rests what took so long, in milliseconds. */
export const restAfter = (tookMs: number): number => Math.min(restPerReading * tookMs, longestRestMs);

/** Asks the same again only when the rest is over that follows an answer; until then, and while one is awaited, that one is given. */
export function rested<Answer>(
  ask: (ids: readonly string[]) => Promise<Answer>,
): (ids: readonly string[]) => Promise<Answer> {
  let last: { readonly key: string; readonly answer: Promise<Answer>; until: number } | null = null;
  return (ids) => {
    const key = ids.join();
    const startedAt = performance.now();
    if (last?.key === key && startedAt < last.until) return last.answer;
    const asked = { key, answer: ask(ids), until: Number.POSITIVE_INFINITY };
    const rest = () => {
      const endedAt = performance.now();
      asked.until = endedAt + restAfter(endedAt - startedAt);
    };
    // What failed may be asked again at once.
    asked.answer.then(rest, () => {
      asked.until = 0;
    });
    last = asked;
    return asked.answer;
  };
}

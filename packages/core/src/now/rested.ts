/** What took long is followed by a rest of so many times as long: what is much is read more seldom. */
export const restPerReading = 9;

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
    const end = () => {
      const endedAt = performance.now();
      asked.until = endedAt + restPerReading * (endedAt - startedAt);
    };
    asked.answer.then(end, end);
    last = asked;
    return asked.answer;
  };
}

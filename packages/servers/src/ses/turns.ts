/** So many go in one turn of the loop at most. */
const goingAtOnce = 8;

/**
 * Gives callers their turns of the loop, a few in each, in the order of asking. Node lets one new connection in each turn: were
 * all that waits answered in one, those who come to a busy server would be kept out for seconds.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const goOn = () => {
    for (const go of waiting.splice(0, goingAtOnce)) go();
    if (waiting.length > 0) setImmediate(goOn);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn);
    });
}

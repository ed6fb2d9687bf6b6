/**
 * Gives one caller after the other a turn of the loop, in the order of asking. Node lets one new connection in each turn: were
 * all that waits answered in one, those who come to a busy server would be kept out for seconds.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const goOn = () => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(goOn);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(goOn);
    });
}

/** How long one piece of work keeps the loop before others have a turn, in milliseconds. */
const sliceMs = 15;

/** So many that wait go in one turn at most: what they begin, such as reading on, may come after it. */
const goingAtOnce = 16;

/** Who waits for a turn of the loop. */
const waiting: (() => void)[] = [];

/** Lets those go that waited, one after the other, until their pieces together have used up a slice. */
function letGo(): void {
  const startedAt = performance.now();
  let left = Math.min(goingAtOnce, waiting.length);
  const goOn = () => {
    if (left > 0 && performance.now() - startedAt < sliceMs) {
      waiting.shift()?.();
      left -= 1;
      // Its piece runs in the microtasks before these; what it asks for waits for the next turn.
      if (waiting.length > 0) queueMicrotask(() => process.nextTick(goOn));
    } else setImmediate(letGo);
  };
  goOn();
}

/**
 * Resolves in a later turn of the loop, in the order of asking. Were all to go in the next, the pieces of a hundred requests
 * would make one long turn.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(letGo);
  });
}

/**
 * Paces a loop whose length others decide: awaited between two of its steps, it gives every other request a turn whenever a
 * slice of time is used up, and costs next to nothing otherwise.
 */
export function createPace(): () => Promise<void> {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < sliceMs) return;
    await nextTurn();
    startedAt = performance.now();
  };
}

/** What each item becomes, one after the other, with turns for others between them. */
export async function mapPaced<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
): Promise<readonly Result[]> {
  const pace = createPace();
  const results: Result[] = [];
  for (const item of items) {
    results.push(map(item));
    await pace();
  }
  return results;
}

/** The JSON of a list, each item written by `write`, with turns for others, and one behind it when it took long. */
export async function jsonOfList<Item>(
  items: readonly Item[],
  write: (item: Item) => string = (item) => JSON.stringify(item),
): Promise<string> {
  const pace = createPace();
  const texts = await mapPaced(items, write);
  const text = `[${texts.join(',')}]`;
  await pace();
  return text;
}

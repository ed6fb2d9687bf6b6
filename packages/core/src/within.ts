/**
 * What a source answers within the time given, or null when it is late or fails: a page about the state of things
 * must not wait for what is out of order.
 */
export async function within<Value>(source: Promise<Value>, budgetMs: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), budgetMs);
  });
  const value = await Promise.race([source.catch(() => null), late]);
  clearTimeout(timer);
  return value;
}

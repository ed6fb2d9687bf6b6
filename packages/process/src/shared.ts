/**
 * One making at a time, whose outcome is everybody's who asks meanwhile and for `keepMs` after (not at all unless told):
 * what many ask for at once costs as much as what one asks for. A failure is kept for nobody.
 */
export function shared<Value>(make: () => Promise<Value>, keepMs = 0): () => Promise<Value> {
  let current: Promise<Value> | null = null;
  return () => {
    if (current !== null) return current;
    const making = make();
    current = making;
    const forget = () => {
      if (current === making) current = null;
    };
    making.then(() => (keepMs === 0 ? forget() : setTimeout(forget, keepMs).unref()), forget);
    return making;
  };
}

/** How often something may be made: so many times at once, and then once in so many milliseconds. */
type Often = { readonly burst: number; readonly everyMs: number };

/** Tells again what was made last when it is asked for more often than that. A failure is told once. */
export function seldom<Value>(make: () => Promise<Value>, { burst, everyMs }: Often): () => Promise<Value> {
  let last: Promise<Value> | null = null;
  let left = burst;
  let countedAt = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(burst, left + (now - countedAt) / everyMs);
    countedAt = now;
    if (last !== null && left < 1) return last;
    left -= 1;
    const making = make();
    last = making;
    making.catch(() => {
      if (last === making) last = null;
    });
    return making;
  };
}

import type { Context } from '../run/context.ts';

/** Breaks something, leaves it broken for that many milliseconds, and mends it. */
export type Disturbance = (context: Context, forMs: number) => Promise<void>;

/** Does `undo` also when the time in between was cut short. */
export async function breakFor(
  context: Context,
  { forMs, undo }: { readonly forMs: number; readonly undo: () => Promise<void> | void },
): Promise<void> {
  try {
    await context.pause(forMs);
  } finally {
    await undo();
  }
}

/** Does something again and again for that many milliseconds, at least once. */
export async function repeatFor(
  context: Context,
  {
    forMs,
    everyMs,
    act,
  }: { readonly forMs: number; readonly everyMs: number; readonly act: () => Promise<void> },
): Promise<void> {
  const endAt = performance.now() + forMs;
  do {
    await act();
    await context.pause(everyMs);
  } while (performance.now() < endAt);
}

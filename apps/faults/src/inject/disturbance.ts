import type { Context } from '../nouns/context.ts';
import { endWithin } from '../run/deadline.ts';

/** Breaks something, leaves it broken for that many milliseconds, and mends it. */
export type Disturbance = (context: Context, forMs: number) => Promise<void>;

type Undo = () => Promise<unknown> | undefined;

/** Does `undo` also when the time in between was cut short. */
export async function breakFor(context: Context, forMs: number, undo: Undo): Promise<void> {
  try {
    await context.pause(forMs);
  } finally {
    await undo();
  }
}

/** How many sends are asked for while something is broken, and how long a client waits for their answers. */
const meanwhile = { sends: 2, withinMs: 30_000 } as const;

/**
 * Breaks for longer, if need be: until the API has answered what it was asked meanwhile. One that waits for what is
 * broken is found that way on any machine, however slow.
 */
export async function breakUntilAnswered(context: Context, forMs: number, undo: Undo): Promise<void> {
  const { sends, withinMs } = meanwhile;
  const posted = context.post({ sends, overMs: 0, label: `meanwhile-${context.asked.length}` });
  // Heard at once: it may give up long before the fault is over.
  const answered = endWithin(posted, { what: 'A request made while it was broken', withinMs }).catch(
    (error: Error) => void context.fail(error.message),
  );
  await breakFor(context, forMs, async () => {
    await answered;
    await undo();
  });
}

/** Does something again and again for that many milliseconds, at least once. */
export async function repeatFor(
  context: Context,
  { forMs, everyMs }: { readonly forMs: number; readonly everyMs: number },
  act: () => Promise<void>,
): Promise<void> {
  const endAt = performance.now() + forMs;
  do {
    await act();
    await context.pause(everyMs);
  } while (performance.now() < endAt);
}

import { eventually } from '@postroom/testkit';
import { idleAmong, type SentBy, sharesOf } from '../check/shares.ts';
import type { Context } from '../nouns/context.ts';
import { readSentBy } from '../system/read-facts.ts';

const totalOf = (sentBy: SentBy) => [...sentBy.values()].reduce((sum, sent) => sum + sent, 0);

const sentWithinMs = 120_000;

/** Waits until so many more sends have gone out. */
async function untilSent({ stack, signal }: Context, more: number, since: SentBy): Promise<SentBy> {
  const wanted = totalOf(since) + more;
  return eventually(
    async () => {
      const now = await readSentBy(stack.database);
      return (totalOf(now) >= wanted || signal.aborted) && now;
    },
    { timeoutMs: sentWithinMs, what: `${more} sends to go out` },
  );
}

/**
 * Asks for more sends and waits for some of them, as many as the seed says; while they go out no worker comes or goes, and
 * each has to take its part in them.
 */
export async function shareWork(
  context: Context,
  { when, sends, label }: { readonly when: string; readonly sends: number; readonly label: string },
): Promise<void> {
  const { stack, random, tell, fail } = context;
  const workers = stack.workers.map(({ pid }) => pid);
  const before = await readSentBy(stack.database);
  const startedAt = performance.now();
  await context.post({ sends, overMs: 0, label });
  const after = await untilSent(context, Math.ceil(sends * (0.3 + random() * 0.3)), before);
  const perSecond = ((totalOf(after) - totalOf(before)) * 1_000) / (performance.now() - startedAt);
  const shares = sharesOf(workers, before, after);
  tell(`${when}: ${workers.length} workers sent ${shares.join(', ')}, ${perSecond.toFixed(0)} a second`);
  for (const pid of idleAmong(workers, shares)) fail(`${when}: worker ${pid} took no part in the work`);
}

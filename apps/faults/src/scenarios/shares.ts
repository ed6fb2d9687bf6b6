import { eventually } from '@postroom/testkit';
import { idleAmong, type SentBy, sharesOf } from '../check/shares.ts';
import type { Context } from '../nouns/context.ts';
import { readSentBy } from '../system/read-facts.ts';

const totalOf = (sentBy: SentBy) => [...sentBy.values()].reduce((sum, sent) => sum + sent, 0);

const sentWithinMs = 300_000;

/** So much of a part goes out in any case: some of it is to be turned down, skipped or canceled. */
const surelySent = 0.65;

type Work = { readonly workers: readonly number[]; readonly since: SentBy; readonly sends: number };

/**
 * Waits until as many sends have gone out as the seed says, and each worker has taken its part in them, or until nearly all
 * have and one has not: whoever has just come needs a moment.
 */
async function untilShared({ stack, random, signal }: Context, work: Work): Promise<SentBy> {
  const { workers, since, sends } = work;
  const wanted = Math.ceil(sends * (0.3 + random() * 0.2));
  return eventually(
    async () => {
      const now = await readSentBy(stack.database);
      const sent = totalOf(now) - totalOf(since);
      const isShared = sent >= wanted && idleAmong(workers, sharesOf(workers, since, now)).length === 0;
      return (isShared || sent >= sends * surelySent || signal.aborted) && now;
    },
    { timeoutMs: sentWithinMs, what: `${wanted} sends to go out` },
  );
}

type Part = {
  readonly when: string;
  readonly sends: number;
  /** Over how long they are asked for, in milliseconds. */
  readonly overMs: number;
  readonly label: string;
};

/** So often is asked for more before a worker that took no part in the last of it is called idle: who has just come needs a moment. */
const mostRounds = 5;

/** Asks for more sends once and waits for some of them; answers who had next to nothing of them. */
async function shareOnce(context: Context, part: Part, workers: readonly number[]) {
  const { stack, tell } = context;
  const before = await readSentBy(stack.database);
  const startedAt = performance.now();
  const posted = context.post(part);
  posted.catch(() => undefined);
  const after = await untilShared(context, { workers, since: before, sends: part.sends });
  const perSecond = ((totalOf(after) - totalOf(before)) * 1_000) / (performance.now() - startedAt);
  const shares = sharesOf(workers, before, after);
  tell(
    `${part.when}: ${workers.length} workers sent ${shares.join(', ')}, together ${perSecond.toFixed(0)} a second`,
  );
  return { posted, idle: idleAmong(workers, shares) };
}

/**
 * Asks for more sends and waits for some of them, as many as the seed says; while they go out no worker comes or goes, and
 * each has to take its part in them, or in as many that are asked for after them. Answers, in a function, when all were asked
 * for: that may be later.
 */
export async function shareWork(context: Context, part: Part): Promise<() => Promise<void>> {
  const workers = context.stack.workers.map(({ pid }) => pid);
  const posts: Promise<void>[] = [];
  for (let round = 1; round <= mostRounds; round += 1) {
    const { posted, idle } = await shareOnce(context, { ...part, label: `${part.label}-${round}` }, workers);
    posts.push(posted);
    if (idle.length === 0 || context.signal.aborted) break;
    if (round === mostRounds)
      for (const pid of idle) context.fail(`${part.when}: worker ${pid} took no part in the work`);
  }
  return async () => void (await Promise.all(posts));
}

import { eventually } from '@postroom/testkit';
import type { Disturbance } from '../inject/disturbance.ts';
import { killPostgres } from '../inject/postgres.ts';
import { killWorker } from '../inject/processes.ts';
import { killRedis } from '../inject/redis.ts';
import { loseAnswers } from '../inject/ses.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { spread } from './processes.ts';

/** What is killed in turn. */
const kills: readonly Disturbance[] = [
  killWorker,
  (context) => killPostgres(context, 1_500),
  killWorker,
  (context) => killRedis(context, 1_000),
];

/** Doubts hold up the erasures of their persons, and a backlog those of all. */
const erasedWithinMs = 150_000;

/** Resolves when no erasure has anything left to do; a scenario that erased nobody who waited proves nothing. */
async function untilErased({ stack, signal, tell, fail }: Context): Promise<void> {
  const { count } = stack.database;
  const left = () => count(`SELECT count(*) FROM erasures WHERE stage <> 'done'`);
  const isDone = async () => signal.aborted || (await left().catch(() => 1)) === 0;
  await eventually(isDone, { timeoutMs: erasedWithinMs, intervalMs: 200, what: 'Every erasure to be done' });
  const persons = await count('SELECT count(*) FROM erasures');
  const erased = (status: string) =>
    count(`SELECT count(*) FROM email_sends WHERE erased_at IS NOT NULL AND status = '${status}'`);
  const [sent, canceled] = [await erased('Sent'), await erased('Canceled')];
  tell(`${persons} persons were erased; of their sends ${sent} had been sent and ${canceled} were canceled`);
  if (sent === 0) fail('nobody was erased who had got mail');
  if (canceled === 0) fail('nobody was erased whose mail still waited');
}

/** Erasing, whatever happens meanwhile. */
export const erasing: Scenario = {
  name: 'erasing',
  about: 'persons are erased while their mail waits and is sent, and what does the erasing is killed',
  // While PostgreSQL is away, so are SES's events.
  expects: { mayEventsBeLate: true },
  system: { workers: 2, headroom: 1, erasedShare: 0.3, hasty: { inDoubtWindowMs: 20_000 } },
  short: { sends: 240, kills: 4, seconds: 10 },
  long: { sends: 4_000, kills: 40, seconds: 120 },
  run: async (context) => {
    const lose = loseAnswers(context, context.size.seconds * 1_000);
    await Promise.all([lose, spread(context, (done) => kills[done % kills.length]?.(context, 0))]);
  },
  after: untilErased,
};

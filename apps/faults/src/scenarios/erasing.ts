import { eventually } from '@postroom/testkit';
import type { Disturbance } from '../inject/disturbance.ts';
import { killPostgres } from '../inject/postgres.ts';
import { killWorker } from '../inject/processes.ts';
import { killRedis } from '../inject/redis.ts';
import { withSesFaults } from '../inject/ses.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { lostAnswers, spread } from './processes.ts';

/** What is killed in turn, and for how long it is away, in milliseconds. */
const kills: readonly (readonly [Disturbance, number])[] = [
  [killWorker, 0],
  [killPostgres, 1_500],
  [killWorker, 0],
  [killRedis, 1_000],
];

async function killInTurn(context: Context, done: number): Promise<void> {
  const [kill, forMs] = kills[done % kills.length] ?? [];
  if (kill !== undefined && forMs !== undefined) await kill(context, forMs);
}

/** Doubts hold up the erasures of their persons, and a backlog those of all. */
const erasedWithinMs = 150_000;

/** Resolves when no erasure has anything left to do; a scenario that erased nobody who waited proves nothing. */
async function untilErased({ stack, signal, tell, fail }: Context): Promise<void> {
  const count = async (sql: string) => Number((await stack.database.rows(sql))[0]?.count);
  const left = () => count(`SELECT count(*)::int FROM erasures WHERE stage <> 'done'`);
  const isDone = async () => signal.aborted || (await left().catch(() => 1)) === 0;
  await eventually(isDone, { timeoutMs: erasedWithinMs, intervalMs: 200, what: 'Every erasure to be done' });
  const persons = await count('SELECT count(*)::int FROM erasures');
  const erased = (status: string) =>
    count(`SELECT count(*)::int FROM email_sends WHERE erased_at IS NOT NULL AND status = '${status}'`);
  const [sent, canceled] = [await erased('Sent'), await erased('Canceled')];
  tell(`${persons} persons were erased; of their sends ${sent} had been sent and ${canceled} were canceled`);
  if (sent === 0) fail('nobody was erased who had got mail');
  if (canceled === 0) fail('nobody was erased whose mail still waited');
}

/** The load is its own, because it has to wait for what comes of the erasures. */
export const erasing: Scenario = {
  name: 'erasing',
  about: 'persons are erased while their mail waits and is sent, and what does the erasing is killed',
  // While PostgreSQL is away, so are SES's events.
  expects: { mayEventsBeLate: true },
  system: { workers: 2, headroom: 1, erasedShare: 0.3, hasty: { inDoubtWindowMs: 20_000 } },
  load: 'own',
  short: { sends: 240, kills: 4, seconds: 10 },
  long: { sends: 4_000, kills: 40, seconds: 120 },
  run: async (context) => {
    const { sends, seconds } = context.size;
    const load = context.post({ sends, overMs: seconds * 1_000, label: 'load' });
    const lose = withSesFaults('answers of SES are lost', [...lostAnswers])(context, seconds * 1_000);
    await Promise.all([load, lose, spread(context, (done) => killInTurn(context, done))]);
    await untilErased(context);
  },
};

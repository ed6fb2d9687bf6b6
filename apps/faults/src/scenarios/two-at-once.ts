import type { Random } from '@postroom/servers';
import type { Disturbance } from '../inject/disturbance.ts';
import { exhaustConnections, killPostgres, lockSends, terminateBackends } from '../inject/postgres.ts';
import { freezeWorker, killApi, killWorker } from '../inject/processes.ts';
import {
  fillRedis,
  flushRedis,
  killRedis,
  killRedisClients,
  makeRedisReadOnly,
  refuseRedis,
  swallowRedis,
} from '../inject/redis.ts';
import { takeSesDown, withAccount, withSesFaults } from '../inject/ses.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { lostAnswers } from './processes.ts';

type Named = {
  readonly name: string;
  /** Two that break the same thing would undo each other. */
  readonly breaks: 'workers' | 'api' | 'redis' | 'postgres' | 'ses';
  readonly disturb: Disturbance;
};

const disturbances: readonly Named[] = [
  { name: 'a worker killed', breaks: 'workers', disturb: killWorker },
  { name: 'a worker frozen', breaks: 'workers', disturb: freezeWorker },
  { name: 'the API killed', breaks: 'api', disturb: killApi },
  { name: 'Redis flushed', breaks: 'redis', disturb: flushRedis },
  { name: 'Redis killed', breaks: 'redis', disturb: killRedis },
  { name: 'Redis away', breaks: 'redis', disturb: refuseRedis },
  { name: 'Redis a black hole', breaks: 'redis', disturb: swallowRedis },
  { name: 'Redis full', breaks: 'redis', disturb: fillRedis },
  { name: 'Redis clients killed', breaks: 'redis', disturb: killRedisClients },
  { name: 'Redis read-only', breaks: 'redis', disturb: makeRedisReadOnly },
  { name: 'PostgreSQL killed', breaks: 'postgres', disturb: killPostgres },
  { name: 'backends terminated', breaks: 'postgres', disturb: terminateBackends },
  { name: 'email_sends locked', breaks: 'postgres', disturb: lockSends },
  { name: 'connections exhausted', breaks: 'postgres', disturb: exhaustConnections },
  {
    name: 'answers of SES lost',
    breaks: 'ses',
    disturb: withSesFaults('answers are lost', [...lostAnswers]),
  },
  { name: 'SES down', breaks: 'ses', disturb: takeSesDown },
  {
    name: 'SES throttling',
    breaks: 'ses',
    disturb: withSesFaults('SES throttles', [{ kind: 'throttle', probability: 0.3 }]),
  },
  {
    name: 'the quota spent',
    breaks: 'ses',
    disturb: withAccount(
      'the quota is spent',
      { max24HourSend: 1_000_000, sentBefore: 1_000_000 },
      { max24HourSend: -1, sentBefore: 0 },
    ),
  },
];

function pick(random: Random, from: readonly Named[]): Named {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

/** Two things that go wrong at the same time, whichever the seed picks. */
export const twoAtOnce: Scenario = {
  name: 'two-at-once',
  about: 'two random faults at the same time',
  // Whatever takes the API or PostgreSQL away holds up the events of SES.
  expects: { mayEventsBeLate: true },
  system: { workers: 2, through: ['redis'], hasty: { inDoubtWindowMs: 20_000 } },
  short: { sends: 300, kills: 1, seconds: 9 },
  long: { sends: 4_000, kills: 6, seconds: 120 },
  choose: (random) => {
    const first = pick(random, disturbances);
    const second = pick(
      random,
      disturbances.filter(({ breaks }) => breaks !== first.breaks),
    );
    return {
      about: `${first.name} and ${second.name}`,
      run: async (context) => {
        for (let round = 0; round < context.size.kills; round += 1) {
          await context.pause(2_000);
          const forMs = 1_000 + context.random() * (context.isShort ? 3_000 : 15_000);
          // One fault may leave the other nothing to strike.
          const lenient = { ...context, fail: context.tell };
          await Promise.all([first, second].map(({ disturb }) => disturb(lenient, forMs)));
        }
      },
    };
  },
  run: async () => undefined,
};

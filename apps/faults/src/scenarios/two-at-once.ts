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
import { loseAnswers, spendQuota, takeSesDown, withSesFaults } from '../inject/ses.ts';
import type { Scenario } from '../nouns/scenario.ts';

/** What a fault breaks (two that break the same thing would undo each other), its name, and how it comes about. */
type Named = readonly ['workers' | 'api' | 'redis' | 'postgres' | 'ses', string, Disturbance];

const disturbances: readonly Named[] = [
  ['workers', 'a worker killed', killWorker],
  ['workers', 'a worker frozen', freezeWorker],
  ['api', 'the API killed', killApi],
  ['redis', 'Redis flushed', flushRedis],
  ['redis', 'Redis killed', killRedis],
  ['redis', 'Redis away', refuseRedis],
  ['redis', 'Redis a black hole', swallowRedis],
  ['redis', 'Redis full', fillRedis],
  ['redis', 'Redis clients killed', killRedisClients],
  ['redis', 'Redis read-only', makeRedisReadOnly],
  ['postgres', 'PostgreSQL killed', killPostgres],
  ['postgres', 'backends terminated', terminateBackends],
  ['postgres', 'email_sends locked', lockSends],
  ['postgres', 'connections exhausted', exhaustConnections],
  ['ses', 'answers of SES lost', loseAnswers],
  ['ses', 'SES down', takeSesDown],
  ['ses', 'SES throttling', withSesFaults('SES throttles', [{ kind: 'throttle', probability: 0.3 }])],
  ['ses', 'the quota spent', spendQuota],
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
    const [broken, firstName, first] = pick(random, disturbances);
    const others = disturbances.filter(([breaks]) => breaks !== broken);
    const [, secondName, second] = pick(random, others);
    return {
      about: `${firstName} and ${secondName}`,
      run: async (context) => {
        for (let round = 0; round < context.size.kills; round += 1) {
          await context.pause(2_000);
          const forMs = 1_000 + context.random() * (context.isShort ? 3_000 : 15_000);
          // One fault may leave the other nothing to strike.
          const lenient = { ...context, fail: context.tell };
          await Promise.all([first, second].map((disturb) => disturb(lenient, forMs)));
        }
      },
    };
  },
  run: async () => undefined,
};

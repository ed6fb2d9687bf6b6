import type { Disturbance } from '../inject/disturbance.ts';
import {
  fillRedis,
  flushRedis,
  killRedis,
  killRedisClients,
  makeRedisReadOnly,
  refuseRedis,
  swallowRedis,
} from '../inject/redis.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { type Interrupted, interrupted } from './interrupted.ts';

type Lengths = Interrupted['short'];

/** Redis only holds hints: the API goes on answering 200, and the workers are back soon. */
const without = (
  name: string,
  about: string,
  [disturb, short, long]: readonly [Disturbance, Lengths, Lengths],
  more: Partial<Interrupted> = {},
): Scenario => {
  const expects = { answersWithinMs: 500, mailAgainWithinMs: 5_000 };
  return interrupted({ name: `redis-${name}`, about, short, long, expects, disturb, ...more });
};

const twentyTimes = Array.from({ length: 20 }, () => 0);
const black =
  'connections to Redis stand and carry nothing, and never do again; new ones are served after a while';

/** Scenarios about Redis. */
export const redisScenarios: readonly Scenario[] = [
  without('flush', 'FLUSHALL in the middle of the load', [flushRedis, [0, 0, 0], twentyTimes], {
    system: { headroom: 1 },
  }),
  without('kill', 'SIGKILL without persistence; Redis comes back empty', [killRedis, [0.5, 2], [0.5, 5, 15]]),
  without(
    'outage',
    'connections to Redis are refused for 1, 6, 20 and 60 s',
    [refuseRedis, [1, 6], [1, 6, 20, 60]],
    { system: { through: ['redis'] } },
  ),
  without('black-hole', black, [swallowRedis, [1, 6], [6, 30, 60]], { system: { through: ['redis'] } }),
  without('full', 'the memory of Redis is full, and it takes no writes', [fillRedis, [2, 4], [10, 40]]),
  without('clients-killed', 'every client of Redis is thrown out four times a second', [
    killRedisClients,
    [4],
    [10, 30],
  ]),
  without('read-only', 'Redis becomes the replica of a master that is not there', [
    makeRedisReadOnly,
    [2, 4],
    [10, 40],
  ]),
];

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
import { interrupted } from './interrupted.ts';

/** Redis only holds hints: the API goes on answering 200, and the workers are back soon. */
const withoutRedis = { answersWithinMs: 500, mailAgainWithinMs: 5_000 } as const;

/** Scenarios about Redis. */
export const redisScenarios: readonly Scenario[] = [
  interrupted({
    name: 'redis-flush',
    about: 'FLUSHALL in the middle of the load',
    system: { headroom: 1 },
    short: [0, 0, 0],
    long: Array.from({ length: 20 }, () => 0),
    expects: withoutRedis,
    disturb: flushRedis,
  }),
  interrupted({
    name: 'redis-kill',
    about: 'SIGKILL without persistence; Redis comes back empty',
    short: [0.5, 2],
    long: [0.5, 5, 15],
    expects: withoutRedis,
    disturb: killRedis,
  }),
  interrupted({
    name: 'redis-outage',
    about: 'connections to Redis are refused for 1, 6, 20 and 60 s',
    through: ['redis'],
    short: [1, 6],
    long: [1, 6, 20, 60],
    expects: withoutRedis,
    disturb: refuseRedis,
  }),
  interrupted({
    name: 'redis-black-hole',
    about:
      'connections to Redis stand and carry nothing, and never do again; new ones are served after a while',
    through: ['redis'],
    short: [1, 6],
    long: [6, 30, 60],
    expects: withoutRedis,
    disturb: swallowRedis,
  }),
  interrupted({
    name: 'redis-full',
    about: 'the memory of Redis is full, and it takes no writes',
    short: [2, 4],
    long: [10, 40],
    expects: withoutRedis,
    disturb: fillRedis,
  }),
  interrupted({
    name: 'redis-clients-killed',
    about: 'every client of Redis is thrown out four times a second',
    short: [4],
    long: [10, 30],
    expects: withoutRedis,
    disturb: killRedisClients,
  }),
  interrupted({
    name: 'redis-read-only',
    about: 'Redis becomes the replica of a master that is not there',
    short: [2, 4],
    long: [10, 40],
    expects: withoutRedis,
    disturb: makeRedisReadOnly,
  }),
];

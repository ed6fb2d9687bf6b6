import * as z from 'zod';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';

const workerSchema = z.object({
  /** Host and process. */
  name: z.string(),
  version: z.string(),
  /** Sends that it may have in hand at once now. */
  concurrency: z.int(),
  startedAt: z.iso.datetime(),
  /** Sends that SES took from it, since it started. */
  sent: z.int(),
  /** What it knows of the account: recipients per second, and the quota of 24 hours; absent: a worker of an older version. */
  account: z
    .object({
      recipientsPerSecond: z.number(),
      quota: z.object({ max24Hours: z.number(), sent24Hours: z.number() }).nullable(),
    })
    .optional(),
});
/** What a worker says of itself. */
export type WorkerEntry = z.output<typeof workerSchema>;

/**
 * How long after it was last heard of a worker counts as alive, in milliseconds: with the two seconds between readings, the
 * dashboard knows within five of one that was killed.
 */
const aliveMs = 2_800;

/** Enters one worker by the clock of Redis, and strikes off those that have not been heard of. */
const enterScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. now - tonumber(ARGV[3]))
for _, name in ipairs(gone) do
  redis.call('ZREM', KEYS[1], name)
  redis.call('HDEL', KEYS[2], name)
end
return #gone
`;

const listScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[1]), '+inf')
if #alive == 0 then return {} end
return redis.call('HMGET', KEYS[2], unpack(alive))
`;

/** The workers that are alive. */
export type WorkerRoll = {
  /** Says that a worker is alive; to be said again every second. */
  enter(worker: WorkerEntry): Promise<void>;
  /** Strikes off one that ends. */
  leave(name: string): Promise<void>;
  /** Those that were heard of within the last three seconds. */
  list(): Promise<readonly WorkerEntry[]>;
};

/** Opens the roll of one installation. Everything rejects quickly while Redis is away or does not answer. */
export function createWorkerRoll({ redis, prefix }: { redis: RedisConnection; prefix: string }): WorkerRoll {
  const ask = createAsking();
  const keys = [`${prefix}:workers:seen`, `${prefix}:workers`] as const;
  return {
    enter: async (worker) => {
      await ask(() =>
        redis.eval(enterScript, keys.length, ...keys, worker.name, JSON.stringify(worker), aliveMs),
      );
    },
    leave: async (name) => {
      await ask(() => Promise.all([redis.zrem(keys[0], name), redis.hdel(keys[1], name)]));
    },
    list: async () => {
      const entries = await ask(() => redis.eval(listScript, keys.length, ...keys, aliveMs));
      if (!Array.isArray(entries)) return [];
      return entries.flatMap((entry) => {
        if (typeof entry !== 'string') return [];
        const { data } = workerSchema.safeParse(JSON.parse(entry));
        return data === undefined ? [] : [data];
      });
    },
  };
}

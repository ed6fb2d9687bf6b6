import * as z from 'zod';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';

const processSchema = z.object({
  /** Host and process. */
  name: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
});

/** Recipients per second, and the quota of 24 hours; null: SES has not told it yet. */
const standingSchema = z.object({
  recipientsPerSecond: z.number(),
  quota: z.object({ max24Hours: z.number(), sent24Hours: z.number() }).nullable(),
});

const workerSchema = processSchema.extend({
  /** Sends that it may have in hand at once now. */
  concurrency: z.int(),
  /** Sends that SES took from it, since it started. */
  sent: z.int(),
  /** What it knows of the environment's account; absent: a worker of an older version. */
  account: standingSchema.optional(),
  /** And of the other accounts, by their names. */
  accounts: z.array(standingSchema.extend({ name: z.string() })).optional(),
});
/** What a worker says of itself. */
export type WorkerEntry = z.output<typeof workerSchema>;

const smtpSchema = processSchema.extend({
  /** Connections that stand. */
  connections: z.int(),
  /** Messages that it took since it started, and messages, keys and commands that it refused. */
  taken: z.int(),
  refused: z.int(),
});
/** What an SMTP process says of itself. */
export type SmtpEntry = z.output<typeof smtpSchema>;

/**
 * How long after it was last heard of a process counts as alive, in milliseconds: with the two seconds between readings, the
 * dashboard knows within five of one that was killed.
 */
const aliveMs = 2_800;

/**
 * Enters one process by the clock of Redis, and strikes off those that have not been heard of. What lies ahead was read from a
 * clock that has been set back since.
 */
const enterScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local aliveMs = tonumber(ARGV[3])
for _, range in ipairs({ { '-inf', '(' .. now - aliveMs }, { '(' .. now + aliveMs, '+inf' } }) do
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], range[1], range[2])) do
    redis.call('ZREM', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
  end
end
`;

const listScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local alive = redis.call('ZRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[1]), now + tonumber(ARGV[1]))
if #alive == 0 then return {} end
return redis.call('HMGET', KEYS[2], unpack(alive))
`;

/** The processes of one kind that are alive. */
export type Roll<Entry> = {
  /** Says that a process is alive; to be said again every second. */
  enter(entry: Entry): Promise<void>;
  /** Strikes off one that ends. */
  leave(name: string): Promise<void>;
  /** Those that were heard of within the last three seconds. */
  list(): Promise<readonly Entry[]>;
};
export type WorkerRoll = Roll<WorkerEntry>;

type InRedis = { readonly redis: RedisConnection; readonly prefix: string };

function createRoll<Entry extends { readonly name: string }>(
  { redis, prefix }: InRedis,
  kind: string,
  schema: z.ZodType<Entry>,
): Roll<Entry> {
  const ask = createAsking();
  const keys = [`${prefix}:${kind}:seen`, `${prefix}:${kind}`] as const;
  return {
    enter: async (entry) => {
      await ask(() =>
        redis.eval(enterScript, keys.length, ...keys, entry.name, JSON.stringify(entry), aliveMs),
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
        const { data } = schema.safeParse(JSON.parse(entry));
        return data === undefined ? [] : [data];
      });
    },
  };
}

/** Opens the roll of an installation's workers. Everything rejects quickly while Redis is away or does not answer. */
export const createWorkerRoll = (inRedis: InRedis): WorkerRoll =>
  createRoll(inRedis, 'workers', workerSchema);

/** Opens the roll of its SMTP processes, with the same promise. */
export const createSmtpRoll = (inRedis: InRedis): Roll<SmtpEntry> => createRoll(inRedis, 'smtp', smtpSchema);

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderQuota } from '@postroom/core';
import * as z from 'zod';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';
import { turnKey } from '../jobs/names.ts';

const quotaSchema = z.object({
  maxSendRatePerSecond: z.number(),
  max24HourSend: z.number(),
  sentLast24Hours: z.number(),
  isSendingEnabled: z.boolean(),
}) satisfies z.ZodType<ProviderQuota>;

/** What the provider told one of all workers, so many milliseconds ago. */
type ToldQuota = { readonly quota: ProviderQuota; readonly ageMs: number };

/** What the provider says of an account, asked by one worker at a time for all of them. */
export type SharedQuota = {
  /**
   * What was told within so many milliseconds: kept, or told now to this worker, if nobody else is asking. Null: whoever is
   * asking has no answer yet, or Redis is away. Rejects when this worker asked in vain.
   */
  find(withinMs: number): Promise<ToldQuota | null>;
};

/** How long the turn to ask lasts, in milliseconds: after a question in vain, or without an end, somebody asks anew. */
const turnMs = 5_000;

/** How often, and how many times, a worker looks whether another's question has been answered. */
const looks = { everyMs: 50, most: 10 } as const;

/** What is kept with its age in milliseconds, by the clock of Redis; else 1: the turn is this worker's; 0: it is another's. */
const findScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'quota', 'at')
if kept[1] then
  local age = now - tonumber(kept[2])
  if age >= 0 and age <= tonumber(ARGV[1]) then return { kept[1], age } end
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return 1 end
return 0
`;

/** The answer of one whose turn has ended meanwhile is kept as well: nothing newer is known. */
const keepScript = `
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'quota', ARGV[2], 'at', time[1] * 1000 + math.floor(time[2] / 1000))
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
`;

/** Opens what all workers know of one account. `ask` asks the provider itself. */
export function createSharedQuota(options: {
  readonly redis: RedisConnection;
  readonly key: string;
  readonly ask: () => Promise<ProviderQuota>;
}): SharedQuota {
  const { redis, key } = options;
  const askRedis = createAsking();
  const token = randomUUID();
  const keys = [key, turnKey(key)] as const;
  const look = (withinMs: number): Promise<unknown> =>
    askRedis(() => redis.eval(findScript, keys.length, ...keys, withinMs, token, turnMs)).catch(() => null);
  const askProvider = async (): Promise<ToldQuota> => {
    const quota = await options.ask();
    // Whoever cannot be told asks as soon as the turn is over.
    await askRedis(() => redis.eval(keepScript, keys.length, ...keys, token, JSON.stringify(quota))).catch(
      () => undefined,
    );
    return { quota, ageMs: 0 };
  };
  return {
    find: async (withinMs) => {
      for (let nth = 0; nth < looks.most; nth += 1) {
        const found = await look(withinMs);
        if (found === 1) return askProvider();
        if (found !== 0) return toldOf(found);
        await sleep(looks.everyMs);
      }
      return null;
    },
  };
}

function toldOf(found: unknown): ToldQuota | null {
  if (!Array.isArray(found)) return null;
  const [text, ageMs]: readonly unknown[] = found;
  return typeof text === 'string' && typeof ageMs === 'number'
    ? { quota: quotaSchema.parse(JSON.parse(text)), ageMs }
    : null;
}

import { createHash, randomUUID } from 'node:crypto';
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

/** How long the turn to ask lasts at least, in milliseconds: after a question in vain somebody asks anew. */
const leastTurnMs = 5_000;

/** The turn outlasts a question that takes all the time it may by so much, in milliseconds. */
const afterQuestionMs = 1_000;

/** How long what was told is kept, in milliseconds: longer than anybody takes it for news. */
const keptMs = 10 * 60_000;

/** How often, and how many times, a worker looks whether another's question has been answered; after as many in vain, once. */
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
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
`;

/**
 * The key of what is known of an account, by where it is asked for: a worker of before and one of after a change of that keep
 * their answers apart.
 */
export function quotaKey(
  prefix: string,
  { region, profile, endpoint }: { region: string; profile: string | null; endpoint: string | undefined },
): string {
  const source = JSON.stringify([region, profile, endpoint]);
  return `${prefix}:quota:${createHash('sha256').update(source).digest('hex').slice(0, 12)}`;
}

/** Opens what all workers know of one account. `ask` asks the provider itself, and takes `askMs` milliseconds at most. */
export function createSharedQuota(options: {
  readonly redis: RedisConnection;
  readonly key: string;
  readonly ask: () => Promise<ProviderQuota>;
  readonly askMs: number;
}): SharedQuota {
  const { redis, key } = options;
  const turnMs = Math.max(leastTurnMs, options.askMs + afterQuestionMs);
  let most: number = looks.most;
  const askRedis = createAsking();
  const token = randomUUID();
  const keys = [key, turnKey(key)] as const;
  const look = (withinMs: number): Promise<unknown> =>
    askRedis(() => redis.eval(findScript, keys.length, ...keys, withinMs, token, turnMs)).catch(() => null);
  const askProvider = async (): Promise<ToldQuota> => {
    const quota = await options.ask();
    // Whoever cannot be told asks as soon as the turn is over.
    const text = JSON.stringify(quota);
    await askRedis(() => redis.eval(keepScript, keys.length, ...keys, token, text, keptMs)).catch(
      () => undefined,
    );
    return { quota, ageMs: 0 };
  };
  return {
    find: async (withinMs) => {
      for (let nth = 1; ; nth += 1) {
        const found = await look(withinMs);
        if (found !== 0) most = looks.most;
        if (found === 1) return askProvider();
        if (found !== 0) return toldOf(found);
        if (nth >= most) break;
        await sleep(looks.everyMs);
      }
      most = 1;
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

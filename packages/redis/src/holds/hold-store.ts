import * as z from 'zod';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';

/**
 * Every script begins with the time by Redis's clock: replicas' own clocks may disagree. What lies further ahead than it can
 * was written before that clock was set back, and is brought as near as it may be, for good: `maxMs` and `trialMs` are kept
 * for that. A version before does not write them, and then nothing is brought nearer.
 */
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function write(scope, hold) redis.call('HSET', KEYS[1], scope, cjson.encode(hold)) end
local function bound(scope, hold)
  local sinceMs, untilMs, trialUntilMs = hold.sinceMs, hold.untilMs, hold.trialUntilMs
  hold.sinceMs = math.min(sinceMs, now)
  if hold.maxMs then hold.untilMs = math.min(untilMs, now + hold.maxMs) end
  if trialUntilMs and hold.trialMs then hold.trialUntilMs = math.min(trialUntilMs, now + hold.trialMs) end
  if hold.sinceMs == sinceMs and hold.untilMs == untilMs and hold.trialUntilMs == trialUntilMs then return false end
  write(scope, hold)
  return true
end
local function read(scope)
  local text = redis.call('HGET', KEYS[1], scope)
  local hold = text and cjson.decode(text)
  if hold then bound(scope, hold) end
  return hold
end
`;

/** A hold of the same reason lasts as long again as it has lasted, within its bounds, and never less than it did. */
const placeScript = `${prelude}
local hold, isNew = read(ARGV[1]), 0
if not hold or hold.reason ~= ARGV[2] then
  hold = { sinceMs = now, untilMs = hold and hold.untilMs or 0 }
  isNew = 1
end
local wait = math.min(math.max(tonumber(ARGV[3]), now - hold.sinceMs), tonumber(ARGV[4]))
local untilMs = math.max(hold.untilMs, now + wait)
local maxMs = math.max(tonumber(ARGV[4]), untilMs - now)
write(ARGV[1], { reason = ARGV[2], sinceMs = hold.sinceMs, untilMs = untilMs, maxMs = maxMs })
return { isNew, untilMs - now, now - hold.sinceMs }
`;

/** 0: nothing is held. 1: the trial is the caller's. Else a wait, in the second number. */
const takeTrialScript = `${prelude}
local hold = read(ARGV[1])
if not hold then return { 0, 0 } end
local heldUntil = math.max(hold.untilMs, hold.trialUntilMs or 0)
if heldUntil > now then return { 2, heldUntil - now } end
hold.trialMs, hold.trialBy = tonumber(ARGV[3]), ARGV[2]
hold.trialUntilMs = now + hold.trialMs
write(ARGV[1], hold)
return { 1, 0 }
`;

const endTrialScript = `${prelude}
local hold = read(ARGV[1])
if not hold or hold.trialBy ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
hold.trialUntilMs, hold.trialBy = nil, nil
write(ARGV[1], hold)
return 1
`;

/** With 0 the wait ends now; else it lasts for so long from now, if it would end sooner. */
const moveEndScript = `${prelude}
local hold = read(ARGV[1])
if not hold then return 0 end
local waitMs = tonumber(ARGV[2])
if waitMs == 0 then hold.untilMs = math.min(hold.untilMs, now) else hold.untilMs = math.max(hold.untilMs, now + waitMs) end
if hold.maxMs then hold.maxMs = math.max(hold.maxMs, waitMs) end
write(ARGV[1], hold)
return 1
`;

const listScript = `${prelude}
local fields = redis.call('HGETALL', KEYS[1])
for at = 1, #fields, 2 do
  local hold = cjson.decode(fields[at + 1])
  local isWhole = type(hold) == 'table' and tonumber(hold.sinceMs) and tonumber(hold.untilMs)
  if isWhole and bound(fields[at], hold) then fields[at + 1] = cjson.encode(hold) end
end
return { now, fields }
`;

const holdSchema = z.object({
  reason: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
  trialUntilMs: z.number().default(0),
});

const numbers = z.array(z.coerce.number());
const listing = z.tuple([z.coerce.number(), z.array(z.string())]);

/** One hold as Redis keeps it, in milliseconds from now. */
export type StoredHold = {
  readonly scope: string;
  readonly reason: string;
  readonly heldForMs: number;
  /** Until a trial may begin; below 0: since when one could have. */
  readonly waitMs: number;
  /** Until the trial that is under way is given up; 0: none is. */
  readonly trialMs: number;
};

type PlacedHold = { readonly isNew: boolean; readonly waitMs: number; readonly heldForMs: number };

type TrialAnswer =
  | { readonly kind: 'free' }
  | { readonly kind: 'yours' }
  | { readonly kind: 'wait'; readonly waitMs: number };

export type NewHold = {
  readonly scope: string;
  readonly reason: string;
  readonly forMs: number;
  readonly maxMs: number;
};

/** The hash in Redis that replicas share their holds through. Everything here rejects while Redis is away. */
export type HoldStore = {
  place(hold: NewHold): Promise<PlacedHold>;
  takeTrial(scope: string, by: string, forMs: number): Promise<TrialAnswer>;
  /** Ends the trial of `by`, and with it the hold when it went well. */
  endTrial(scope: string, by: string, isLifted: boolean): Promise<void>;
  /** Has a hold last for so long from now if it would end sooner, or with 0 ends its wait; makes none. */
  moveEnd(scope: string, waitMs: number): Promise<void>;
  list(): Promise<readonly StoredHold[]>;
  forget(scope: string): Promise<void>;
};

/** Opens the holds kept under one key. */
export function openHoldStore(redis: RedisConnection, key: string): HoldStore {
  const ask = createAsking();
  const run = (script: string, ...args: readonly (string | number)[]) =>
    ask(() => redis.eval(script, 1, key, ...args));
  return {
    place: async ({ scope, reason, forMs, maxMs }) => {
      const answer = numbers.parse(await run(placeScript, scope, reason, forMs, maxMs));
      const [isNew = 0, waitMs = forMs, heldForMs = 0] = answer;
      return { isNew: isNew === 1, waitMs, heldForMs };
    },
    takeTrial: async (scope, by, forMs) => {
      const [kind = 0, waitMs = 0] = numbers.parse(await run(takeTrialScript, scope, by, forMs));
      if (kind === 2) return { kind: 'wait', waitMs };
      return { kind: kind === 1 ? 'yours' : 'free' };
    },
    endTrial: async (scope, by, isLifted) => {
      await run(endTrialScript, scope, by, isLifted ? '1' : '0');
    },
    moveEnd: async (scope, waitMs) => {
      await run(moveEndScript, scope, waitMs);
    },
    list: async () => toHolds(listing.parse(await run(listScript))),
    forget: async (scope) => {
      await ask(() => redis.hdel(key, scope));
    },
  };
}

function toHolds([nowMs, fields]: z.infer<typeof listing>): readonly StoredHold[] {
  return fields.flatMap((scope, at) => {
    if (at % 2 === 1) return [];
    const parsed = holdSchema.safeParse(JSON.parse(fields[at + 1] ?? 'null'));
    if (!parsed.success) return [];
    const { reason, sinceMs, untilMs, trialUntilMs } = parsed.data;
    return [
      {
        scope,
        reason,
        heldForMs: nowMs - sinceMs,
        waitMs: untilMs - nowMs,
        trialMs: Math.max(0, trialUntilMs - nowMs),
      },
    ];
  });
}

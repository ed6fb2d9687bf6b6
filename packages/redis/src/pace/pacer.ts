import type { Permit } from '@postroom/core';
import type { Redis } from 'ioredis';
import { type Ask, createAsking } from '../connection/asking.ts';

/**
 * Hands out moments to send at, one sequence for all replicas, kept in Redis by Redis' own clock.
 *
 * `KEYS[1]` is a hash: `next` is the first free moment, `factor` the part of the rate that is used, and
 * `since` when that part was last changed, all in milliseconds. A message to n recipients keeps the next one away for
 * n / (paced rate * factor) seconds. The factor halves when SES throttles, and grows back by a twentieth of the rate a
 * second. `recent` is what was given out last before `next`, as `<bucket>:<recipients>` per 10 ms. A message gets the
 * first moment at which those of 105 buckets before it, those of its own, and its recipients are within the rate; one
 * with more recipients than the rate gets a second of its own. So no sliding second holds more, also when moments are
 * met late, and what is paced evenly fills 106 buckets to less than the rate.
 *
 * `ARGV`: the paced rate, the rate, the longest wait for the first free moment, `given`, and each message's recipients.
 * `given` is the end of what the caller was given last: a Redis that has forgotten the hash must not give the same
 * moments twice, and then takes the second before it for full. One that lies further ahead than the hash lives was read
 * from another clock. Answers now, the first moment that is left, and one moment per message, in their order, for as
 * many as need not wait too long.
 */
const reserveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local paced, rate, maxWait, given = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HMGET', KEYS[1], 'next', 'factor', 'since', 'recent')
local next, factor, since = tonumber(state[1] or now), tonumber(state[2] or 1), tonumber(state[3] or now)
factor = math.min(1, factor + (now - since) / 20000)
local recent = {}
for old, count in string.gmatch(state[4] or '', '(%d+):(%d+)') do recent[tonumber(old)] = tonumber(count) end
if not state[1] and given - now < 600000 then recent[math.floor(given / 10)] = math.ceil(rate) end
if next < given and given - now < 600000 then next = given end
if next < now then next = now end

local bucket, sum = math.floor(next / 10), 0
for old = bucket - 105, bucket do sum = sum + (recent[old] or 0) end
local function slide(to)
  if to - bucket > 105 then bucket, sum = to, 0 end
  while bucket < to do
    sum = sum - (recent[bucket - 105] or 0)
    bucket = bucket + 1
  end
end
local function take(recipients)
  local moment = next
  slide(math.floor(next / 10))
  while sum > 0 and sum + recipients > rate do
    slide(bucket + 1)
    moment = bucket * 10
  end
  recent[bucket] = (recent[bucket] or 0) + recipients
  sum = sum + recipients
  return moment
end

local interval = 1000 / (paced * factor)
local answer = { string.format('%.3f', now), '' }
for message = 5, #ARGV do
  if next - now > maxWait then break end
  local recipients = tonumber(ARGV[message])
  next = take(recipients)
  table.insert(answer, string.format('%.3f', next))
  next = next + recipients * interval
end
answer[2] = string.format('%.3f', next)
if #answer > 2 then
  local kept = {}
  for old = math.floor(next / 10) - 105, math.floor(next / 10) do
    if recent[old] then table.insert(kept, string.format('%.0f:%d', old, recent[old])) end
  end
  redis.call('HSET', KEYS[1], 'next', answer[2], 'factor', tostring(factor), 'since', string.format('%.3f', now), 'recent', table.concat(kept, ' '))
  redis.call('PEXPIRE', KEYS[1], 600000)
end
return answer
`;

const slowDownScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local state = redis.call('HMGET', KEYS[1], 'next', 'factor', 'since', 'slowed')
local factor, since = tonumber(state[2] or 1), tonumber(state[3] or now)
if now - tonumber(state[4] or 0) < 1000 then return 0 end
factor = math.max(0.05, math.min(1, factor + (now - since) / 20000) / 2)
local next = math.max(tonumber(state[1] or now), now + 250)
redis.call('HSET', KEYS[1], 'next', string.format('%.3f', next), 'factor', tostring(factor), 'since', string.format('%.3f', now), 'slowed', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], 600000)
return 1
`;

/** The part of the rate that is handed out: moments that are met unevenly stay within the rest. */
const safety = 0.93;

/**
 * How late a moment may be met, in milliseconds. A process that was kept busy would otherwise send at once what
 * was meant for several moments, beside what others send in theirs. `safety * (1 + lateness)` stays below 1.
 */
const maxLatenessMs = 50;

/** A process that is always late goes on in the end, rather than never sending. */
const maxTries = 8;

export type Pacer = {
  /** Waits for the permit of so many recipients, unless it is stopped or the wait would be too long. */
  acquire(recipients: number, signal: AbortSignal): Promise<Permit>;
  /** Milliseconds for which no permit is to be had, as far as this process knows; 0: try. */
  blockedMs(): number;
  /** Halves the rate of every replica; it grows back by itself. */
  slowDown(): Promise<void>;
};

/** How long to leave Redis alone when it did not answer, in milliseconds. */
const withoutRedisMs = 1_000;

/**
 * How long a permit may take beyond the longest wait, in milliseconds: a message of many recipients waits up to a second
 * more for room in that second, and a busy process asks late.
 */
const beyondWaitMs = 1_500;

type Refusal = Extract<Permit, { readonly kind: 'refused' }>;
/** A moment of this process's clock that never goes back. */
type Grant = { readonly kind: 'moment'; readonly atMs: number } | Refusal;
type Waiter = {
  readonly recipients: number;
  readonly signal: AbortSignal;
  readonly resolve: (grant: Grant) => void;
};

/** The process stops, or was late for too long: the send may be taken anew at once. */
const comeAgain: Refusal = { kind: 'refused', waitMs: 0 };

/** Moments of Redis' clock: one per message that need not wait too long, and the first that is left. */
type Reservation = {
  readonly nowMs: number;
  readonly freeMs: number;
  readonly momentsMs: readonly number[];
};

/** Takes moments for messages of so many recipients each, in their order. Rejects while Redis is away. */
export async function reserveMoments(
  redis: Redis,
  key: string,
  wish: {
    /** Recipients per second that the account may send to. */
    readonly rate: number;
    readonly maxWaitMs: number;
    /** The end of what was given last; 0: nothing was. */
    readonly givenUntilMs: number;
    readonly recipients: readonly number[];
  },
): Promise<Reservation> {
  const { rate, maxWaitMs, givenUntilMs, recipients } = wish;
  const words = [rate * safety, rate, maxWaitMs, givenUntilMs, ...recipients];
  const answer = await redis.eval(reserveScript, 1, key, ...words);
  const [nowMs = 0, freeMs = 0, ...momentsMs] = Array.isArray(answer) ? answer.map(Number) : [];
  return { nowMs, freeMs, momentsMs };
}

function sleepUntil(waitMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (waitMs <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, waitMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

type PacerOptions = {
  readonly redis: Redis;
  readonly key: string;
  readonly currentRate: () => number;
  readonly maxWaitMs: number;
};

/** Takes moments for all who ask in one turn of the event loop together. Never rejects. */
class Moments {
  readonly #options: PacerOptions;
  readonly #ask: Ask;
  #waiters: Waiter[] = [];
  #blockedUntilMs = 0;
  #givenUntilMs = 0;

  constructor(options: PacerOptions, ask: Ask) {
    this.#options = options;
    this.#ask = ask;
  }

  get blockedUntilMs(): number {
    return this.#blockedUntilMs;
  }

  /** Resolves with a moment, or at once with a refusal when it is stopped. */
  next(recipients: number, signal: AbortSignal): Promise<Grant> {
    if (signal.aborted) return Promise.resolve(comeAgain);
    return new Promise((resolve) => {
      const end = (grant: Grant) => {
        signal.removeEventListener('abort', stop);
        resolve(grant);
      };
      const stop = () => end(comeAgain);
      signal.addEventListener('abort', stop, { once: true });
      this.#waiters.push({ recipients, signal, resolve: end });
      if (this.#waiters.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const group = this.#waiters.filter(({ signal }) => !signal.aborted);
    this.#waiters = [];
    if (group.length === 0) return;
    const askedAtMs = performance.now();
    try {
      const { nowMs, freeMs, momentsMs } = await this.#reserve(group);
      if (momentsMs.length > 0) this.#givenUntilMs = Math.max(this.#givenUntilMs, freeMs);
      momentsMs.forEach((ms, at) => {
        group[at]?.resolve({ kind: 'moment', atMs: askedAtMs + ms - nowMs });
      });
      this.#refuse(group.slice(momentsMs.length), freeMs - nowMs);
    } catch {
      // Without Redis there is no permit to be had: the sends go back, and the jobs come again with it. What an
      // overdue answer would give is lost: those it was for are on their way back by then.
      this.#refuse(group, withoutRedisMs);
    }
  }

  #reserve(group: readonly Waiter[]): Promise<Reservation> {
    const { redis, key, currentRate, maxWaitMs } = this.#options;
    const wish = {
      rate: currentRate(),
      maxWaitMs,
      givenUntilMs: this.#givenUntilMs,
      recipients: group.map(({ recipients }) => recipients),
    };
    return this.#ask(() => reserveMoments(redis, key, wish));
  }

  #refuse(group: readonly Waiter[], waitMs: number): void {
    if (group.length === 0) return;
    this.#blockedUntilMs = performance.now() + Math.max(0, waitMs - this.#options.maxWaitMs);
    for (const { resolve } of group) resolve({ kind: 'refused', waitMs: Math.ceil(waitMs) });
  }
}

/**
 * Gives out the account's rate, in recipients per second, over all replicas. Requests of one turn of the event
 * loop are reserved together. `currentRate` is asked each time, so that it may change while running. Nobody waits much
 * longer than `maxWaitMs`, also while Redis does not answer.
 */
export function createPacer(options: PacerOptions): Pacer {
  const { redis, key, maxWaitMs } = options;
  const ask = createAsking();
  const moments = new Moments(options, ask);
  return {
    acquire: async (recipients, signal) => {
      const startedAtMs = performance.now();
      for (let tries = 1; ; tries += 1) {
        const grant = await moments.next(recipients, signal);
        if (grant.kind === 'refused') return grant;
        const waitMs = grant.atMs - performance.now();
        if (grant.atMs > startedAtMs + maxWaitMs + beyondWaitMs) {
          return { kind: 'refused', waitMs: Math.max(0, Math.ceil(waitMs)) };
        }
        if (!(await sleepUntil(waitMs, signal))) return comeAgain;
        const untilMs = grant.atMs + maxLatenessMs;
        if (performance.now() <= untilMs) return { kind: 'granted', untilMs };
        if (tries === maxTries) return { kind: 'granted', untilMs: Number.POSITIVE_INFINITY };
        if (performance.now() > startedAtMs + maxWaitMs) return comeAgain;
      }
    },
    blockedMs: () => Math.max(0, moments.blockedUntilMs - performance.now()),
    slowDown: async () => {
      await ask(() => redis.eval(slowDownScript, 1, key)).catch(() => undefined);
    },
  };
}

import type { Share } from '@postroom/core';
import type { Redis } from 'ioredis';

/**
 * Hands out moments to send at, one sequence for all replicas, kept in Redis by Redis' own clock.
 *
 * `KEYS[1]` is a hash: `next` is the first free moment, `factor` the part of the rate that is used, and
 * `since` when that part was last changed, all in milliseconds. A reservation of n recipients takes
 * n / (rate * factor) seconds, so that no sliding second holds more than the rate. The factor halves when
 * SES throttles, and grows back by a twentieth of the rate a second. `ARGV[4]` is the end of what the caller was given
 * last: a Redis that has forgotten the hash must not give the same moments twice. One that lies further ahead than the
 * hash lives was read from another clock.
 */
const reserveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local rate, recipients, maxWait = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'next', 'factor', 'since')
local next, factor, since = tonumber(state[1] or now), tonumber(state[2] or 1), tonumber(state[3] or now)
factor = math.min(1, factor + (now - since) / 20000)
local given = tonumber(ARGV[4])
if next < given and given - now < 600000 then next = given end
if next < now then next = now end
local wait = next - now
if wait > maxWait then return {0, math.ceil(wait)} end
local interval = 1000 / (rate * factor)
local free = string.format('%.3f', next + recipients * interval)
redis.call('HSET', KEYS[1], 'next', free, 'factor', tostring(factor), 'since', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], 600000)
return {1, math.floor(wait), tostring(interval), free}
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
  /** Waits for the share of so many recipients, unless it is stopped or the wait would be too long. */
  acquire(recipients: number, signal: AbortSignal): Promise<Share>;
  /** Milliseconds for which no share is to be had, as far as this process knows; 0: try. */
  blockedMs(): number;
  /** Halves the rate of every replica; it grows back by itself. */
  slowDown(): Promise<void>;
};

type Grant = { readonly isGranted: boolean; readonly waitMs: number; readonly askedAtMs: number };
type Waiter = { readonly recipients: number; readonly resolve: (grant: Grant) => void };

/** How long to leave Redis alone when it did not answer, in milliseconds. */
const withoutRedisMs = 1_000;

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

/**
 * Shares the account's rate, in recipients per second, over all replicas. Requests of one turn of the event
 * loop are reserved together. `currentRate` is asked each time, so that it may change while running.
 */
export function createPacer(options: {
  readonly redis: Redis;
  readonly key: string;
  readonly currentRate: () => number;
  readonly maxWaitMs: number;
}): Pacer {
  const { redis, key, currentRate, maxWaitMs } = options;
  let waiters: Waiter[] = [];
  let blockedUntilMs = 0;
  let givenUntilMs = 0;

  const refuse = (group: readonly Waiter[], waitMs: number) => {
    const askedAtMs = performance.now();
    blockedUntilMs = askedAtMs + Math.max(0, waitMs - maxWaitMs);
    for (const { resolve } of group) resolve({ isGranted: false, waitMs, askedAtMs });
  };

  const flush = async () => {
    const group = waiters;
    waiters = [];
    const total = group.reduce((sum, { recipients }) => sum + recipients, 0);
    const askedAtMs = performance.now();
    try {
      const rate = currentRate() * safety;
      const answer = await redis.eval(reserveScript, 1, key, rate, total, maxWaitMs, givenUntilMs);
      const [isGranted = 0, waitMs = 0, interval = 0, freeMs = 0] = Array.isArray(answer)
        ? answer.map(Number)
        : [];
      if (isGranted !== 1) return refuse(group, waitMs);
      givenUntilMs = Math.max(givenUntilMs, freeMs);
      let at = waitMs;
      for (const { recipients, resolve } of group) {
        resolve({ isGranted: true, waitMs: at, askedAtMs });
        at += recipients * interval;
      }
    } catch {
      // Without Redis there is no share to be had: the sends go back, and the jobs come again with it.
      refuse(group, withoutRedisMs);
    }
  };

  const reserve = (recipients: number) =>
    new Promise<Grant>((resolve) => {
      waiters.push({ recipients, resolve });
      if (waiters.length === 1) setImmediate(() => void flush());
    });

  return {
    acquire: async (recipients, signal) => {
      for (let tries = 1; ; tries += 1) {
        const { isGranted, waitMs, askedAtMs } = await reserve(recipients);
        if (!isGranted) return { kind: 'refused', waitMs };
        const momentMs = askedAtMs + waitMs;
        if (!(await sleepUntil(momentMs - performance.now(), signal))) return { kind: 'refused', waitMs: 0 };
        if (performance.now() - momentMs <= maxLatenessMs || tries === maxTries) return { kind: 'granted' };
      }
    },
    blockedMs: () => Math.max(0, blockedUntilMs - performance.now()),
    slowDown: async () => {
      await redis.eval(slowDownScript, 1, key).catch(() => undefined);
    },
  };
}

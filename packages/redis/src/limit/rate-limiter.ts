import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** So many requests in each window of so many seconds. */
export type RateLimit = { readonly requests: number; readonly windowSeconds: number };

/** Whether one more request is within the limit; `resetMs` is what is left of the window. */
export type RateVerdict =
  | { readonly kind: 'allowed'; readonly remaining: number; readonly resetMs: number }
  | { readonly kind: 'refused'; readonly resetMs: number }
  /** Redis did not answer in time: nobody knows, and nothing was waited for. */
  | { readonly kind: 'unknown' };

export type RateLimiter = {
  readonly limit: RateLimit;
  /** Counts one request of whoever has this id. Never rejects, and never takes much longer than the budget. */
  count(id: string): Promise<RateVerdict>;
};

export type RateLimiterOptions = {
  readonly redis: Redis;
  /** Begins the key of every counter. */
  readonly keyPrefix: string;
  readonly limit: RateLimit;
  /** The longest that one request may wait for Redis, in milliseconds. */
  readonly budgetMs: number;
};

const unknown: RateVerdict = { kind: 'unknown' };

/** Resolves after a while, but not before what has arrived meanwhile was read: a busy process is not a slow Redis. */
function overdueAfter(budgetMs: number): {
  readonly passed: Promise<'overdue'>;
  readonly cancel: () => void;
} {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<'overdue'>((resolve) => {
    timer = setTimeout(() => setImmediate(() => resolve('overdue')), budgetMs);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

/** Counts requests per id in fixed windows, which all processes on one Redis share. */
export function createRateLimiter({ redis, keyPrefix, limit, budgetMs }: RateLimiterOptions): RateLimiter {
  const counters = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    points: limit.requests,
    duration: limit.windowSeconds,
    // Who is over the limit is refused from memory until the window ends, without asking Redis again.
    inMemoryBlockOnConsumed: limit.requests + 1,
  });
  let overdue = 0;

  const ask = async (id: string): Promise<RateVerdict> => {
    try {
      const { remainingPoints, msBeforeNext } = await counters.consume(id);
      return { kind: 'allowed', remaining: remainingPoints, resetMs: msBeforeNext };
    } catch (thrown) {
      return thrown instanceof RateLimiterRes ? { kind: 'refused', resetMs: thrown.msBeforeNext } : unknown;
    }
  };

  return {
    limit,
    count: async (id) => {
      // While one answer is overdue, others would only queue up behind it.
      if (overdue > 0) return unknown;
      const asked = ask(id);
      const { passed, cancel } = overdueAfter(budgetMs);
      const verdict = await Promise.race([asked, passed]);
      cancel();
      if (verdict !== 'overdue') return verdict;
      overdue += 1;
      void asked.then(() => {
        overdue -= 1;
      });
      return unknown;
    },
  };
}

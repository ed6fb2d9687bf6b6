import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';

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
  readonly redis: RedisConnection;
  /** Begins the key of every counter. */
  readonly keyPrefix: string;
  readonly limit: RateLimit;
  /** The longest that one request may wait for Redis, in milliseconds. */
  readonly budgetMs: number;
};

/**
 * Counts requests per id in fixed windows, which all processes on one Redis share. Redis is asked also about who is over the
 * limit: the limiter's own memory of them goes by the machine's time of day, which may be set back.
 */
export function createRateLimiter({ redis, keyPrefix, limit, budgetMs }: RateLimiterOptions): RateLimiter {
  const counters = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    points: limit.requests,
    duration: limit.windowSeconds,
  });
  const ask = createAsking();
  return {
    limit,
    count: async (id) => {
      try {
        const { remainingPoints, msBeforeNext } = await ask(() => counters.consume(id), budgetMs);
        return { kind: 'allowed', remaining: remainingPoints, resetMs: msBeforeNext };
      } catch (thrown) {
        if (thrown instanceof RateLimiterRes) return { kind: 'refused', resetMs: thrown.msBeforeNext };
        return { kind: 'unknown' };
      }
    },
  };
}

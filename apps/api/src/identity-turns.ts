import { setTimeout as sleep } from 'node:timers/promises';
import { PostroomError } from '@postroom/core';
import { createRateLimiter, type SendQueue } from '@postroom/redis';

/** Waits until a workspace may ask SES about an identity; throws `rate_limited` when that is too far off. */
export type TakeTurn = (workspaceId: string) => Promise<void>;

/** The longest that a request waits for its turn, in milliseconds. */
const longestWaitMs = 2_000;
/** The longest that it waits for Redis, in milliseconds: without an answer by then it is let through. */
const budgetMs = 100;

const tooSoon = (resetMs: number): PostroomError => {
  const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  return new PostroomError(
    'rate_limited',
    `SES is asked about domains and senders a few times a second for all workspaces: try again in ${retryAfterSeconds} s.`,
    { details: { retryAfterSeconds } },
  );
};

/**
 * Lets all replicas together ask SES so many times a second, and one workspace half as often, so that none can use up what
 * SES allows the account. While Redis is away nobody is counted, and SES itself says when it is too much.
 */
export function createIdentityTurns(
  { redis }: Pick<SendQueue, 'redis'>,
  { keyPrefix, perSecond }: { readonly keyPrefix: string; readonly perSecond: number },
): TakeTurn {
  const limiterOf = (name: string, requests: number) =>
    createRateLimiter({
      redis,
      keyPrefix: `${keyPrefix}:${name}`,
      limit: { requests, windowSeconds: 1 },
      budgetMs,
    });
  const own = limiterOf('workspace', Math.max(1, Math.floor(perSecond / 2)));
  const all = limiterOf('account', perSecond);
  return async (workspaceId) => {
    const giveUpAt = performance.now() + longestWaitMs;
    for (const [limiter, id] of [[own, workspaceId] as const, [all, 'all'] as const]) {
      for (;;) {
        const verdict = await limiter.count(id);
        if (verdict.kind !== 'refused') break;
        if (performance.now() + verdict.resetMs > giveUpAt) throw tooSoon(verdict.resetMs);
        await sleep(verdict.resetMs);
      }
    }
  };
}

import { countTries, PostroomError, placeOf } from '@postroom/core';
import type { RateLimiter } from '@postroom/redis';
import type { RequestHandler } from 'express';

/** So many tries in a minute, from one place. */
export const signInLimit = { requests: 10, windowSeconds: 60 };

/** Keeps keys from being guessed: tries are counted for all replicas together, and by each alone while Redis is away. */
export function throttleSignIn(limiter: Pick<RateLimiter, 'count'>): RequestHandler {
  const tries = countTries(signInLimit.windowSeconds * 1_000);
  const isOneTooMany = async (place: string): Promise<boolean> => {
    const verdict = await limiter.count(place);
    if (verdict.kind !== 'unknown') return verdict.kind === 'refused';
    return tries.add(place) > signInLimit.requests;
  };
  return async ({ socket }, response, next) => {
    if (await isOneTooMany(placeOf(socket.remoteAddress))) {
      response.setHeader('retry-after', String(signInLimit.windowSeconds));
      throw new PostroomError('rate_limited', 'Too many tries to sign in: wait a minute, then try again.');
    }
    next();
  };
}

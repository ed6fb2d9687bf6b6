import { allows, type Scope } from '@postroom/contracts';
import { type Caller, looksLikeApiKey, PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';

const callers = new WeakMap<object, Caller>();

/** The caller that `authenticate` found for a response. */
export function callerOf(response: object): Caller {
  const caller = callers.get(response);
  if (caller === undefined) throw new Error('callerOf needs authenticate to have run');
  return caller;
}

const unauthorized = () =>
  new PostroomError('unauthorized', 'The x-api-key header is missing, or it holds no valid key.');

/**
 * Finds out who is calling before the body is read. Missing, malformed, unknown and revoked keys get the
 * same answer. Known keys are remembered for `cacheMs`, so a revoked one stops working within that time.
 */
export function authenticate(deps: {
  readonly findCaller: (key: string) => Promise<Caller | null>;
  readonly cacheMs: number;
}): RequestHandler {
  const known = new LRUCache<string, Caller>({ max: 10_000, ttl: deps.cacheMs });
  return async (request, response, next) => {
    const key = request.header('x-api-key');
    if (key === undefined || !looksLikeApiKey(key)) throw unauthorized();
    const caller = known.get(key) ?? (await deps.findCaller(key));
    if (caller === null) throw unauthorized();
    if (!known.has(key)) known.set(key, caller);
    callers.set(response, caller);
    next();
  };
}

/** Lets only callers pass whose key has the scope. */
export function requireScope(scope: Scope): RequestHandler {
  return (_request, response, next) => {
    if (!allows(callerOf(response).scopes, scope)) {
      throw new PostroomError('insufficient_scope', `This key lacks the scope ${scope}.`, {
        details: { required: scope },
      });
    }
    next();
  };
}

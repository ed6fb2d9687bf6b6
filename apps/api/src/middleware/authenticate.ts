import { allows, type RouteScope } from '@postroom/contracts';
import { type Caller, lacksScope, looksLikeApiKey, needsLiveKey, PostroomError } from '@postroom/core';
import type { Request, RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import { createGate } from '../http/gate.ts';

const callers = new WeakMap<object, Caller>();

/** The caller that `authenticate` found for a response. */
export function callerOf(response: object): Caller {
  const caller = callers.get(response);
  if (caller === undefined) throw new Error('callerOf needs authenticate to have run');
  return caller;
}

const unauthorized = () =>
  new PostroomError('unauthorized', 'The x-api-key header is missing, or it holds no valid key.');

/** Where a request has its key; empty: it has none. */
export type KeyReader = (request: Request) => string;

/** The key of a request to the API's own routes. */
export const ownKeyOf: KeyReader = (request) => request.header('x-api-key') ?? '';

/** Finds whose a key is; null: it is none. */
type FindCaller = (key: string) => Promise<Caller | null>;

/** Look-ups of keys that never were one here: so many at once, and so many in line for them. */
const lookUps = { atOnce: 3, waiting: 500 };

/** Keys that are remembered, and those that were keys once and need not stand in line with what anybody makes up. */
const maxRemembered = 10_000;

/** Remembers known keys for `cacheMs`, so that a revoked one stops working within that time, whatever way it comes in. */
export function rememberCallers(deps: {
  readonly findCaller: FindCaller;
  readonly cacheMs: number;
}): FindCaller {
  const known = new LRUCache<string, Caller>({ max: maxRemembered, ttl: deps.cacheMs });
  const seen = new LRUCache<string, true>({ max: maxRemembered });
  const gate = createGate(lookUps);
  // A burst of a key that is not remembered is one look-up.
  const underWay = new Map<string, Promise<Caller | null>>();
  const ask = async (key: string): Promise<Caller | null> => {
    const caller = await (seen.has(key) ? deps.findCaller(key) : gate(() => deps.findCaller(key)));
    if (caller === null) return null;
    known.set(key, caller);
    seen.set(key, true);
    return caller;
  };
  return async (key) => {
    if (!looksLikeApiKey(key)) return null;
    const caller = known.get(key);
    if (caller !== undefined) return caller;
    const asked = underWay.get(key) ?? ask(key).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };
}

/**
 * Finds out who is calling before the body is read. Missing, malformed, unknown and revoked keys get the
 * same answer.
 */
export function authenticate(deps: {
  readonly findCaller: FindCaller;
  readonly keyOf: KeyReader;
  /** Hears of every request whose key is none. */
  readonly onRefused?: () => void;
}): RequestHandler {
  return async (request, response, next) => {
    const caller = await deps.findCaller(deps.keyOf(request));
    if (caller === null) {
      deps.onRefused?.();
      throw unauthorized();
    }
    callers.set(response, caller);
    next();
  };
}

/** Whether the caller's key has a scope. */
export const mayUse = (response: object, scope: RouteScope): boolean =>
  allows(callerOf(response).scopes, scope);

/** Refuses a caller whose key lacks a scope that only some requests of a route need. */
export function refuseWithout(response: object, scope: RouteScope): void {
  if (!mayUse(response, scope)) throw lacksScope(scope);
}

/**
 * Lets only callers pass whose key has the scope, and is a live one where `needed` says so: a test key changes nothing
 * that live mail depends on, and has nothing asked of SES.
 */
export function requireScope(scope: RouteScope, needed: 'any key' | 'live key' = 'any key'): RequestHandler {
  return (_request, response, next) => {
    const { scopes, mode } = callerOf(response);
    if (!allows(scopes, scope)) throw lacksScope(scope);
    if (needed === 'live key' && mode !== 'live') throw needsLiveKey(scope);
    next();
  };
}

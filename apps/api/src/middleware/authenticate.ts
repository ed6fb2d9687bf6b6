import { allows, type RouteScope } from '@postroom/contracts';
import { type Caller, type FindCaller, lacksScope, needsLiveKey, PostroomError } from '@postroom/core';
import type { Request, RequestHandler } from 'express';
import { refuseUnlimited } from './limited-keys.ts';

const callers = new WeakMap<object, Caller>();

/** The caller that `authenticate` found for a response. */
export function callerOf(response: object): Caller {
  const caller = callers.get(response);
  if (caller === undefined) throw new Error('callerOf needs authenticate to have run');
  return caller;
}

/** The workspace on whose behalf a response is made; undefined: nobody's yet. */
export const workspaceKnown = (response: object): string | undefined => callers.get(response)?.workspaceId;

/** Says on whose behalf a response is made. */
export const recordCaller = (response: object, caller: Caller): void => void callers.set(response, caller);

const unauthorized = () =>
  new PostroomError('unauthorized', 'The x-api-key header is missing, or it holds no valid key.');

/** Where a request has its key; empty: it has none. */
export type KeyReader = (request: Request) => string;

/** The key of a request to the API's own routes. */
export const ownKeyOf: KeyReader = (request) => request.header('x-api-key') ?? '';

/**
 * Finds out who is calling before the body is read. Missing, malformed, unknown and revoked keys get the
 * same answer; one that is limited to sender profiles passes only where that limit is kept.
 */
export function authenticate(deps: {
  readonly findCaller: FindCaller;
  readonly keyOf: KeyReader;
  /** Finds who is signed in, of a request that has no key. */
  readonly findSignedIn?: ((request: Request) => Promise<Caller | null>) | undefined;
  /** Hears of every request whose key is none. */
  readonly onRefused?: () => void;
}): RequestHandler {
  return async (request, response, next) => {
    const key = deps.keyOf(request);
    const { findSignedIn } = deps;
    const caller =
      key === '' && findSignedIn !== undefined ? await findSignedIn(request) : await deps.findCaller(key);
    if (caller === null) {
      deps.onRefused?.();
      throw unauthorized();
    }
    if (caller.senderProfileIds !== null) refuseUnlimited(request);
    recordCaller(response, caller);
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

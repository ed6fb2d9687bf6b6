import { type CreateApiKey, type GrantableScope, mayGrant, type RouteScope } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import type { Caller, KeyMode } from './api-key.ts';

/** The answer to a key that lacks a scope. */
export const lacksScope = (scope: GrantableScope | RouteScope): PostroomError =>
  new PostroomError('insufficient_scope', `This key lacks the scope ${scope}.`, {
    details: { required: scope },
  });

/** The answer to a test key where only a live key may. */
export const needsLiveKey = (scope: GrantableScope | RouteScope): PostroomError =>
  new PostroomError(
    'insufficient_scope',
    'This is a test key: what live mail depends on can only be changed with a live key.',
    { details: { required: scope, mode: 'live' } },
  );

/** The mode of a key that a caller asks for: its own unless it says otherwise. Throws for one that grants more than it has. */
export function grantedMode({ scopes, mode }: Caller, wanted: CreateApiKey): KeyMode {
  const beyond = wanted.scopes.find((scope) => !mayGrant(scopes, scope));
  if (beyond !== undefined) throw lacksScope(beyond);
  if (mode === 'test' && wanted.mode === 'live') throw needsLiveKey('admin');
  return wanted.mode ?? mode;
}

/** The keys that a caller may see and revoke: a test key only those of its mode. */
export const visibleMode = ({ mode }: Caller): KeyMode | undefined => (mode === 'test' ? 'test' : undefined);

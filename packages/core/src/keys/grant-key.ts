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

/** The answer to a key that is limited to sender profiles, where that cannot be held to or more is asked for. */
export const limitedToSenders = (message: string): PostroomError =>
  new PostroomError('insufficient_scope', message, { details: { limit: 'sender_profiles' } });

type Granted = { readonly mode: KeyMode; readonly senderProfileIds: readonly string[] | null };

/**
 * The mode and the limit of a key that a caller asks for: its own unless it says otherwise. Throws for one that grants more
 * than it has.
 */
export function grantedOf(caller: Caller, wanted: CreateApiKey): Granted {
  const { scopes, mode, senderProfileIds: own } = caller;
  const beyond = wanted.scopes.find((scope) => !mayGrant(scopes, scope));
  if (beyond !== undefined) throw lacksScope(beyond);
  if (mode === 'test' && wanted.mode === 'live') throw needsLiveKey('admin');
  const { senderProfileIds = own } = wanted;
  if (own !== null && !(senderProfileIds?.every((id) => own.includes(id)) ?? false)) {
    throw limitedToSenders(
      'This key is limited to sender profiles: the keys that it makes are limited to some of these.',
    );
  }
  return { mode: wanted.mode ?? mode, senderProfileIds };
}

/** The keys that a caller may see and revoke: a test key those of its mode, a limited one those that may do no more. */
export const visibleKeys = ({ mode, senderProfileIds }: Caller) => ({
  mode: mode === 'test' ? mode : undefined,
  senderProfileIds,
});

import { addressKey } from '@postroom/contracts';
import type { AskedItem } from './asked-send.ts';
import type { Directory, KnownProfile } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';

/** A recipient: someone known, or someone to be made known. `email` is where this send goes. */
export type ResolvedRecipient =
  | { readonly kind: 'known'; readonly profile: KnownProfile; readonly email: string }
  | { readonly kind: 'new'; readonly externalId: string | null; readonly email: string };

function known(profile: KnownProfile, given: string | null): ResolvedRecipient | Rejection {
  const email = given ?? profile.email;
  if (email !== null) return { kind: 'known', profile, email };
  return reject('recipient_missing', 'the profile has no email address: give one in to.email');
}

const unknownExternalId = () =>
  reject(
    'not_found',
    'to.externalId is not known in this workspace: give to.email as well to create the profile',
    { field: 'to.externalId' },
  );

/**
 * Finds whom an item goes to: by profile id, by external id, or by address. An address beside a known
 * profile is used for this send and changes no profile.
 */
export function resolveRecipient(item: AskedItem, directory: Directory): ResolvedRecipient | Rejection {
  const given = item.to[0]?.email ?? null;
  const { externalId } = item;
  const byExternalId = externalId === null ? undefined : directory.profilesByExternalId.get(externalId);
  if (item.profileId) {
    const profile = directory.profilesById.get(item.profileId);
    if (profile === undefined) {
      return reject('not_found', `profileId ${item.profileId} is not a profile of this workspace`, {
        field: 'profileId',
      });
    }
    if (externalId === null || profile.externalId === externalId) return known(profile, given);
    if (byExternalId === undefined && given === null) return unknownExternalId();
    return reject('profile_conflict', 'profileId and to.externalId name two different profiles');
  }
  if (externalId !== null) {
    if (byExternalId !== undefined) return known(byExternalId, given);
    return given === null ? unknownExternalId() : { kind: 'new', externalId, email: given };
  }
  if (given === null) return reject('recipient_missing', 'the item names no recipient');
  const profile = directory.profilesByEmailKey.get(addressKey(given));
  return profile === undefined ? { kind: 'new', externalId: null, email: given } : known(profile, given);
}

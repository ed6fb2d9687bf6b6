import { addressKey } from '@postroom/contracts';
import type { Directory } from './directory.ts';
import { keyReused, type Rejection } from './item-outcome.ts';
import type { KnownProfile, NewProfile } from './known.ts';
import type { ParsedItem } from './parse-item.ts';
import { type MissingVariables, type ResolvedItem, resolveItem } from './resolve-item.ts';
import type { ResolvedRecipient } from './resolve-recipient.ts';

/** An item to be written, and its profile: a known one, or one of those that are to be made. */
export type PlacedItem = ResolvedItem & { readonly profileId: string };

export type ResolvedItems = {
  /** One per key: of items that share a key only the first is written, and the others find its row. */
  readonly placed: readonly PlacedItem[];
  readonly newProfiles: readonly NewProfile[];
  /** By the index of the item. */
  readonly rejected: ReadonlyMap<number, Rejection>;
};

type ResolveItemsDeps = { readonly missingVariables: MissingVariables; readonly newId: () => string };

/** Resolves items in their order: a profile that one of them makes is known to the next. Pure but for ids. */
export function resolveItems(
  items: readonly ParsedItem[],
  directory: Directory,
  deps: ResolveItemsDeps,
): ResolvedItems {
  const placed = new Map<string, PlacedItem>();
  const rejected = new Map<number, Rejection>();
  const { view, newProfiles, profileIdOf } = withNewcomers(directory, deps.newId);
  for (const parsed of items) {
    const key = parsed.item.idempotencyKey;
    const first = placed.get(key);
    if (first !== undefined) {
      if (first.parsed.fingerprint !== parsed.fingerprint) rejected.set(parsed.index, keyReused());
      continue;
    }
    const result = resolveItem(parsed, view, deps.missingVariables);
    if (result.kind === 'rejected') rejected.set(parsed.index, result);
    else placed.set(key, { ...result, profileId: profileIdOf(result.recipient) });
  }
  return { placed: [...placed.values()], newProfiles, rejected };
}

/** A directory that learns the profiles which are to be made as they come up. */
function withNewcomers(directory: Directory, newId: () => string) {
  const profilesByExternalId = new Map(directory.profilesByExternalId);
  const profilesByEmailKey = new Map<string, KnownProfile>(directory.profilesByEmailKey);
  const newProfiles: NewProfile[] = [];
  const profileIdOf = (recipient: ResolvedRecipient): string => {
    if (recipient.kind === 'known') return recipient.profile.id;
    const { externalId, email } = recipient;
    const profile = { id: newId(), externalId, email, emailKey: addressKey(email) };
    newProfiles.push(profile);
    if (externalId !== null) profilesByExternalId.set(externalId, profile);
    if (!profilesByEmailKey.has(profile.emailKey)) profilesByEmailKey.set(profile.emailKey, profile);
    return profile.id;
  };
  return { view: { ...directory, profilesByExternalId, profilesByEmailKey }, newProfiles, profileIdOf };
}

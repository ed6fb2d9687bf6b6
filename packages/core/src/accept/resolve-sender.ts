import { type Address, addressKey, domainOf } from '@postroom/contracts';
import type { AskedItem } from './asked-send.ts';
import type { Directory, KnownSender, KnownTemplate } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';

export type ResolvedSender = {
  readonly kind: 'resolved';
  readonly profile: KnownSender | null;
  readonly from: Address;
};

const notFound = (id: string) =>
  reject('not_found', `senderProfileId ${id} is not a sender profile of this workspace`, {
    field: 'senderProfileId',
  });

const notVerified = (email: string) =>
  reject(
    'sender_not_verified',
    `${email} is not a verified sender of this workspace: verify the address or its domain first`,
  );

/** The rejection of one whose sender its caller may not send from. */
export const senderNotAllowed = (): Rejection =>
  reject('sender_not_allowed', 'the API key is limited to sender profiles, and this sender is none of them');

const isAllowed = ({ allowedSenderIds }: Directory, { id }: KnownSender): boolean =>
  allowedSenderIds === null || allowedSenderIds.has(id);

function fromProfile(
  profile: KnownSender,
  given: Address | null,
  directory: Directory,
): ResolvedSender | Rejection {
  if (!isAllowed(directory, profile)) return senderNotAllowed();
  if (given !== null && addressKey(given.email) !== profile.fromKey) {
    const message =
      'from is not the address of the sender profile: leave one of the two out, or make them agree';
    return reject('sender_mismatch', message, { senderProfileId: profile.id });
  }
  if (!profile.isVerified) return notVerified(profile.from.email);
  const from = { email: profile.from.email, name: given?.name ?? profile.from.name };
  return { kind: 'resolved', profile, from };
}

/**
 * Finds who an item comes from: the sender profile that it names, else the address that it names, else the
 * template's sender profile. Whatever is named has to be verified, and the two have to agree.
 */
export function resolveSender(
  item: AskedItem,
  template: KnownTemplate,
  directory: Directory,
): ResolvedSender | Rejection {
  const given = item.from;
  if (item.senderProfileId) {
    const profile = directory.sendersById.get(item.senderProfileId);
    return profile === undefined ? notFound(item.senderProfileId) : fromProfile(profile, given, directory);
  }
  const templateSender =
    template.senderProfileId === null ? undefined : directory.sendersById.get(template.senderProfileId);
  if (given === null) {
    if (templateSender !== undefined) return fromProfile(templateSender, null, directory);
    return reject(
      'sender_required',
      'neither the item nor its template names a sender: give senderProfileId or from',
    );
  }
  const isTemplateSender =
    templateSender?.isVerified &&
    templateSender.fromKey === addressKey(given.email) &&
    isAllowed(directory, templateSender);
  return isTemplateSender ? fromProfile(templateSender, given, directory) : senderByAddress(given, directory);
}

/** Finds the sender that an address stands for: its profile, or any address on a verified domain or below it. */
export function senderByAddress(given: Address, directory: Directory): ResolvedSender | Rejection {
  const profile = directory.sendersByFromKey.get(addressKey(given.email));
  // One that SES refused stays refused, although its domain is verified.
  if (profile !== undefined) return fromProfile(profile, given, directory);
  if (directory.allowedSenderIds !== null) return senderNotAllowed();
  if (!directory.verifiedDomains.has(domainOf(given.email))) return notVerified(given.email);
  return { kind: 'resolved', profile: null, from: given };
}

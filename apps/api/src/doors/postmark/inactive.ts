import { addressKey } from '@postroom/contracts';
import { type AcceptBatchDeps, neededAmong, type Rejection, type SendToAccept } from '@postroom/core';

/** Those of whom somebody has to get a message, if it is to go out. Marketing has a group. */
function recipientsOf(send: SendToAccept): readonly string[] {
  if (send.kind === 'rejected') return [];
  const [dialect, lists, isOfGroup] =
    send.kind === 'email'
      ? (['emails', send.email, send.email.type === 'marketing'] as const)
      : (['items', { ...send.item, to: send.to }, false] as const);
  const everybody = { to: lists.to, cc: lists.cc ?? [], bcc: lists.bcc ?? [] };
  return neededAmong(everybody, { dialect, isOfGroup }).map(({ email }) => email);
}

/** The words on either side of the addresses are those that Postmark's clients look for: all of them stand between. */
const refusalOf = (inactive: readonly string[]): Rejection => ({
  kind: 'rejected',
  code: 'recipient_missing',
  message: `Nobody would get this message. Found inactive addresses: ${inactive.join(', ')}. Inactive recipients are those that are suppressed in this workspace.`,
  details: { inactive },
});

/** Why messages that nobody would get are refused, by their place: all whom they need are suppressed. One look-up for all. */
export async function refuseInactive(
  directory: Pick<AcceptBatchDeps['directory'], 'findSuppressed'>,
  workspaceId: string,
  sends: readonly SendToAccept[],
): Promise<ReadonlyMap<number, Rejection>> {
  const recipients = sends.map(recipientsOf);
  const keys = new Set(recipients.flat().map(addressKey));
  if (keys.size === 0) return new Map();
  const found = await directory.findSuppressed(workspaceId, [...keys]);
  const refusals = recipients.flatMap((all, at) => {
    const isLost = all.length > 0 && all.every((email) => found.has(addressKey(email)));
    return isLost ? [[at, refusalOf(all)] as const] : [];
  });
  return new Map(refusals);
}

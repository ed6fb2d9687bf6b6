import { addressKey } from '@postroom/contracts';
import type { AcceptBatchDeps, Rejection, SendToAccept } from '@postroom/core';

/** Everybody that a message goes to. */
function recipientsOf(send: SendToAccept): readonly string[] {
  if (send.kind === 'rejected') return [];
  const { to } = send.kind === 'email' ? send.email : send;
  const { cc, bcc } = send.kind === 'email' ? send.email : send.item;
  return [...to, ...(cc ?? []), ...(bcc ?? [])].map(({ email }) => email);
}

/** The words on either side of the addresses are those that Postmark's clients look for: all of them stand between. */
const refusalOf = (inactive: readonly string[]): Rejection => ({
  kind: 'rejected',
  code: 'recipient_missing',
  message: `Nobody would get this message. Found inactive addresses: ${inactive.join(', ')}. Inactive recipients are those that are suppressed in this workspace.`,
  details: { inactive },
});

/** Why messages that nobody would get are refused, by their place: all of their recipients are suppressed. One look-up for all. */
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

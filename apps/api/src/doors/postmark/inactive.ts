import { addressKey } from '@postroom/contracts';
import type { AcceptBatchDeps, Rejection, SendToAccept } from '@postroom/core';

/**
 * Those of whom somebody has to get a message, if it is to go out: of one that is made of a template those in `To`, of marketing
 * all who may have its link to leave, and of other mail everybody.
 */
function recipientsOf(send: SendToAccept): readonly string[] {
  if (send.kind === 'rejected') return [];
  if (send.kind !== 'email') return send.to.map(({ email }) => email);
  const { to, cc, bcc, type } = send.email;
  const blind = type === 'marketing' ? [] : (bcc ?? []);
  return [...to, ...(cc ?? []), ...blind].map(({ email }) => email);
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

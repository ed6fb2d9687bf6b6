import { addressKey } from '@postroom/contracts';
import type { AcceptBatchDeps, SendToAccept } from '@postroom/core';

/** Everybody that a message goes to. */
function recipientsOf(send: SendToAccept): readonly string[] {
  if (send.kind === 'rejected') return [];
  const { to } = send.kind === 'email' ? send.email : send;
  const { cc, bcc } = send.kind === 'email' ? send.email : send.item;
  return [...to, ...(cc ?? []), ...(bcc ?? [])].map(({ email }) => email);
}

/** The words around the addresses are those that Postmark's clients look for. */
const refusalOf = (inactive: readonly string[]): SendToAccept => ({
  kind: 'rejected',
  code: 'recipient_missing',
  message: `Nobody would get this message. Found inactive addresses: ${inactive.join(', ')}. Inactive addresses are suppressed in this workspace.`,
  details: { inactive },
});

/** Refuses messages that nobody would get, since all of their recipients are suppressed: one look-up for all messages. */
export async function refuseInactive(
  directory: Pick<AcceptBatchDeps['directory'], 'findSuppressed'>,
  workspaceId: string,
  sends: readonly SendToAccept[],
): Promise<readonly SendToAccept[]> {
  const recipients = sends.map(recipientsOf);
  const keys = new Set(recipients.flat().map(addressKey));
  if (keys.size === 0) return sends;
  const found = await directory.findSuppressed(workspaceId, [...keys]);
  return sends.map((send, at) => {
    const all = recipients[at] ?? [];
    const isLost = all.length > 0 && all.every((email) => found.has(addressKey(email)));
    return isLost ? refusalOf(all) : send;
  });
}

import type { Address } from '@postroom/contracts';
import type { NewSend } from '../send/send.ts';
import { makeLinkToken } from './link-token.ts';
import { openLink, type SignedSend } from './open-link.ts';

/** A link to confirm works for so long after its mail was accepted, in days. */
export const confirmDays = 7;

/** Where the recipient of a send confirms that they want the mail of a group; null for a send that does not ask. */
export function confirmUrlOf(
  send: Pick<NewSend, 'id' | 'confirmsGroupId'> & { readonly linkSecret: Uint8Array | null },
  publicUrl: string,
): string | null {
  const { id, confirmsGroupId, linkSecret } = send;
  if (confirmsGroupId === null || linkSecret === null) return null;
  return `${publicUrl}/u/${makeLinkToken('confirm', linkSecret, id)}/confirm`;
}

/** How a subscription stands that a link is to confirm; `closed`: the link came too late, or they were unsubscribed since. */
export type ConfirmationState = 'pending' | 'subscribed' | 'closed';

/** A send that asks for a confirmation, as its link shows it. */
export type AskingSend = {
  readonly id: string;
  readonly workspaceId: string;
  readonly groupName: string;
  readonly from: Address;
  readonly to: string;
  readonly state: ConfirmationState;
};

export type ConfirmDeps = {
  readonly confirmations: {
    /** Null: there is no such send, or it asks for no confirmation. */
    find(sendId: string): Promise<SignedSend<AskingSend> | null>;
    /** Subscribes the primary recipient of a send if they are pending and the link still works; answers whether it did. */
    confirm(sendId: string): Promise<boolean>;
  };
};

/** The send that a token stands for; null as for `openLink`. */
export const openConfirmLink = ({ confirmations }: ConfirmDeps, text: string): Promise<AskingSend | null> =>
  openLink('confirm', text, (sendId, payload) => (payload.length > 0 ? null : confirmations.find(sendId)));

/** Confirms, as often as it is asked: `isChanged` tells the first time from the others. Null as for `openConfirmLink`. */
export async function confirmByLink(
  deps: ConfirmDeps,
  text: string,
): Promise<{ readonly send: AskingSend; readonly isChanged: boolean } | null> {
  const send = await openConfirmLink(deps, text);
  if (send === null) return null;
  const isChanged = send.state === 'pending' && (await deps.confirmations.confirm(send.id));
  if (isChanged) return { send: { ...send, state: 'subscribed' }, isChanged };
  // Somebody else, or the client, may have been faster.
  const now = send.state === 'pending' ? await openConfirmLink(deps, text) : send;
  return now && { send: now, isChanged };
}

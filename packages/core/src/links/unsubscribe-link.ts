import type { Address } from '@postroom/contracts';
import type { NewSend } from '../send/send.ts';
import { makeLinkToken } from './link-token.ts';
import { openLink, type SignedSend } from './open-link.ts';

/**
 * Where RFC 8058 clients post to, and where a browser shows the recipient a page; null for a send without a group. The link
 * is that of one recipient, by their number: 0 is the primary one.
 */
export function unsubscribeUrlOf(
  send: Pick<NewSend, 'id' | 'subscriptionGroupId'> & { readonly linkSecret: Uint8Array | null },
  publicUrl: string,
  place = 0,
): string | null {
  const { id, subscriptionGroupId, linkSecret } = send;
  if (subscriptionGroupId === null || linkSecret === null) return null;
  return `${publicUrl}/u/${makeLinkToken('unsubscribe', linkSecret, id, placePayload(place))}`;
}

/** Which recipient a link is of: of the primary one a token says nothing. */
const placePayload = (place: number): Uint8Array => (place === 0 ? new Uint8Array() : Uint8Array.of(place));

/** The number in a payload; null: it is none. */
const placeIn = ([place = 0, ...rest]: Uint8Array): number | null => (rest.length === 0 ? place : null);

/** A send with a subscription group, as its link shows it. */
export type LinkedSend = {
  readonly id: string;
  readonly workspaceId: string;
  readonly groupName: string;
  readonly from: Address;
  /** The recipient whose subscription the link is about, and their number: 0 is the primary one. */
  readonly to: string;
  readonly place: number;
  /** Whether the recipient would get the next send of this group. */
  readonly isSubscribed: boolean;
  /** Made with a test key: its recipient never got it, and its link changes nothing. */
  readonly isSimulated: boolean;
};

/** What an unsubscribe link is about. */
export type FoundLink = SignedSend<LinkedSend>;

export type UnsubscribeDeps = {
  readonly links: {
    /** Null: there is no such send, it has no group, or nobody of this number. */
    find(sendId: string, place: number): Promise<FoundLink | null>;
    /**
     * Keeps what a recipient of a send wants of its group; answers whether that changed anything. Null: there is no such
     * send any more.
     */
    subscribe(sendId: string, isSubscribed: boolean, place: number): Promise<boolean | null>;
  };
};

/** The send that a token stands for; null as for `openLink`. */
export const openUnsubscribeLink = ({ links }: UnsubscribeDeps, text: string): Promise<LinkedSend | null> =>
  openLink('unsubscribe', text, (sendId, payload) => {
    const place = placeIn(payload);
    return place === null ? null : links.find(sendId, place);
  });

/**
 * Does what the holder of a link asks for, as often as it is asked: `isChanged` tells the first time from the
 * others. Null as for `openUnsubscribeLink`.
 */
export async function subscribeByLink(
  deps: UnsubscribeDeps,
  text: string,
  isSubscribed: boolean,
): Promise<{ readonly send: LinkedSend; readonly isChanged: boolean } | null> {
  const send = await openUnsubscribeLink(deps, text);
  if (send === null) return null;
  const isChanged = !send.isSimulated && (await deps.links.subscribe(send.id, isSubscribed, send.place));
  return isChanged === null ? null : { send: { ...send, isSubscribed }, isChanged };
}

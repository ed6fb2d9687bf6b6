import { type MessageHeader, unsubscribeUrlsIn } from '@postroom/contracts';
import type { RenderedContent } from '../send/renderer.ts';
import type { AttachmentRef } from '../send/send.ts';
import { clickPayload } from './click-target.ts';
import { linkKeyIdOf } from './link-key.ts';
import { createLinkSigner } from './link-token.ts';

/** What is put in the place of what a rendered message says. */
export type LinkTracking = {
  /** The address that takes the place of a link's, which has this number; null: it stays. Null itself: all stay. */
  readonly urlOf: ((target: string, link: number) => string | null) | null;
  /** The address of an image of one pixel, whose fetching says that the mail was opened; null: none. */
  readonly pixelUrl: string | null;
  /** Whether the links of the text part are tracked too. */
  readonly isInText: boolean;
};

/** Puts tracked links in the place of a message's own; every other byte of it stays. */
export type RewriteLinks = (content: RenderedContent, tracking: LinkTracking) => Promise<RenderedContent>;

/** What of a send decides how its links are tracked. */
export type TrackedSend = {
  readonly id: string;
  readonly linkSecret: Uint8Array | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  readonly trackText: boolean;
  readonly trackingHost: string | null;
  readonly headers: readonly MessageHeader[];
  readonly attachments: readonly Pick<AttachmentRef, 'mime'>[];
};

type Places = { readonly publicUrl: string; readonly unsubscribeUrl: string | null };

/** Where the message's own header lets its recipient leave (RFC 2369 section 3.2): one that came in MIME form has it in itself. */
const ownUnsubscribeUrls = ({ headers, attachments }: TrackedSend): readonly string[] => [
  ...headers.flatMap(({ name, value }) =>
    name.toLowerCase() === 'list-unsubscribe' ? unsubscribeUrlsIn(value) : [],
  ),
  ...attachments.flatMap(({ mime }) => mime?.unsubscribeUrls ?? []),
];

const hrefOf = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);

/** What every address of ours has, however it is written: only of those it takes a closer look to tell. */
const isLikeOurs = /[\\/][ut][\\/]/;

/** Tells links that are never tracked: those to leave, and those that are tracked already. */
function untrackedBy(send: TrackedSend, { publicUrl, unsubscribeUrl }: Places): (target: string) => boolean {
  const bases = [publicUrl, ...(send.trackingHost === null ? [] : [send.trackingHost])];
  const beginnings = bases.flatMap((base) => [hrefOf(`${base}/u/`), hrefOf(`${base}/t/`)]);
  const own = ownUnsubscribeUrls(send);
  const leaving = [...(unsubscribeUrl === null ? [] : [unsubscribeUrl]), ...own];
  const whole = new Set(leaving.map(hrefOf));
  return (target) => {
    if (own.length === 0 && !isLikeOurs.test(target)) return false;
    const href = hrefOf(target);
    return whole.has(href) || beginnings.some((beginning) => href.startsWith(beginning));
  };
}

/** How a send's message is to be tracked; null: not at all, so that it stays as it was rendered. */
export function linkTrackingOf(send: TrackedSend, places: Places): LinkTracking | null {
  const { id, linkSecret: secret, trackClicks, trackOpens } = send;
  if (secret === null || !(trackClicks || trackOpens)) return null;
  const base = send.trackingHost ?? places.publicUrl;
  const keyId = linkKeyIdOf(secret);
  const sign = createLinkSigner(secret, id);
  const isUntracked = untrackedBy(send, places);
  const urlOf = (target: string, link: number) =>
    isUntracked(target) ? null : `${base}/t/c/${sign('click', clickPayload(keyId, { link, url: target }))}`;
  return {
    urlOf: trackClicks ? urlOf : null,
    pixelUrl: trackOpens ? `${base}/t/o/${sign('open', keyId)}` : null,
    isInText: trackClicks && send.trackText,
  };
}

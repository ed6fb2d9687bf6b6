import type { NewSend } from './send.ts';

/** What decides whether whoever gets a mail can follow the links that Postroom puts into it. */
export type LinkPlaces = {
  /** Where links in mail lead, unless its sender has a host of its own. */
  readonly publicUrl: string;
  /** Mail goes to the world, and not into the inbox of a local SES. */
  readonly isReal: boolean;
};

/** Which links of Postroom's own a send has. */
type LinksOf = Pick<
  NewSend,
  'confirmsGroupId' | 'subscriptionGroupId' | 'trackClicks' | 'trackOpens' | 'trackingHost'
>;

const isLoopback = (hostname: string) =>
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])\.?$/i.test(hostname);

const neededPlace = 'PUBLIC_URL has to be an address that recipients can reach';

/** Whether links can be followed by recipients; one click takes an `https:` address besides (RFC 8058 section 3.1). */
function reachOf({ publicUrl, isReal }: LinkPlaces): 'none' | 'pages' | 'one_click' {
  const { protocol, hostname } = new URL(publicUrl);
  if (!isReal) return 'one_click';
  if (isLoopback(hostname)) return 'none';
  return protocol === 'https:' ? 'one_click' : 'pages';
}

/** Why marketing mail is taken from nobody, in words that follow the name of a field; null: it is taken. */
export function marketingRefusal(places: LinkPlaces): string | null {
  if (reachOf(places) === 'one_click') return null;
  return 'makes this marketing mail, which nobody could unsubscribe from: PUBLIC_URL has to be an https: address that recipients can reach (RFC 8058)';
}

/** Why mail whose links lead through Postroom is taken from nobody, unless its sender has a host of its own; as above. */
export function linkRefusal(places: LinkPlaces): string | null {
  if (reachOf(places) !== 'none') return null;
  return `puts links into this mail that nobody could follow: ${neededPlace}`;
}

/** Whether opens or clicks of a send are recorded at an address that begins with `PUBLIC_URL`. */
export const tracksThroughUs = ({
  trackClicks,
  trackOpens,
  trackingHost,
}: Pick<LinksOf, 'trackClicks' | 'trackOpens' | 'trackingHost'>): boolean =>
  (trackClicks || trackOpens) && trackingHost === null;

/**
 * Why a send is not to be given to the provider: its links would lead nowhere. It may have been accepted before, or by an API
 * that is set otherwise. Null: it may go.
 */
export function deadLinksOf(send: LinksOf, places: LinkPlaces): string | null {
  const isGrouped = send.subscriptionGroupId !== null;
  if (!isGrouped && send.confirmsGroupId === null && !tracksThroughUs(send)) return null;
  const reach = reachOf(places);
  if (reach === 'one_click' || (reach === 'pages' && !isGrouped)) return null;
  if (isGrouped) {
    return 'nobody could unsubscribe from it: PUBLIC_URL of the worker has to be an https: address that recipients can reach';
  }
  return 'nobody could follow its links: PUBLIC_URL of the worker has to be an address that recipients can reach';
}

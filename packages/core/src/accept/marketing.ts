/** What decides whether a link to unsubscribe can be used by whoever gets it. */
type LinkPlaces = {
  /** Where links in mail lead. */
  readonly publicUrl: string;
  /** Mail goes to the world, and not into the inbox of a local SES. */
  readonly isReal: boolean;
};

const isLoopback = (hostname: string) =>
  /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])\.?$/i.test(hostname);

/**
 * Why marketing mail is taken from nobody: its recipients could not leave. One click takes an `https:` address (RFC 8058
 * section 3.1) that they can reach. Null: it is taken.
 */
export function marketingRefusal({ publicUrl, isReal }: LinkPlaces): string | null {
  const { protocol, hostname } = new URL(publicUrl);
  if (!isReal || (protocol === 'https:' && !isLoopback(hostname))) return null;
  return 'makes this marketing mail, which nobody could unsubscribe from: PUBLIC_URL has to be an https: address that recipients can reach (RFC 8058)';
}

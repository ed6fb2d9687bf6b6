import type { LookupFunction } from 'node:net';
import { createDnsLookup } from './lookup.ts';
import { addressIn, isPublicAddress } from './public-address.ts';

/** A name that is not found so soon, in milliseconds, is taken: it is looked at again when something is sent there. */
const budgetMs = 2_000;

/** Names that every machine has for itself, and no DNS (RFC 6761 section 6.3). */
const isLocal = (hostname: string): boolean => /(?:^|\.)localhost\.?$/.test(hostname);

function leadsToPrivate(hostname: string, lookup: LookupFunction): Promise<boolean> {
  if (isLocal(hostname)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), budgetMs);
    lookup(hostname, { all: true }, (error, found) => {
      clearTimeout(timer);
      const addresses = error === null && Array.isArray(found) ? found : [];
      resolve(addresses.some(({ address }) => !isPublicAddress(address)));
    });
  });
}

/** Opens what tells whether a URL leads to a private address, as far as can be told now; a name that is not known does not. */
export function createPrivateUrlCheck(
  lookup: LookupFunction = createDnsLookup(),
): (url: string) => Promise<boolean> {
  return async (url) => {
    const target = new URL(url);
    const address = addressIn(target);
    return address === null ? leadsToPrivate(target.hostname, lookup) : !isPublicAddress(address);
  };
}

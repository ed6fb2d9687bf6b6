import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '@postroom/webhooks';

/** A name that leads to no address of the internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/** A way from names to public addresses alone: whatever the name says a moment later, it is these that are connected to. */
export const publicOnly =
  (lookup: LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      const addresses: readonly LookupAddress[] = Array.isArray(found) ? found : [];
      const allowed = addresses.filter(({ address }) => isPublicAddress(address));
      const [first] = allowed;
      if (first === undefined) return callback(new PrivateAddressError('no public address'), []);
      return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
    });

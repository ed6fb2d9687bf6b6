import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether an IP address is one of the public network: none of the loopback, of private, link-local or site-local networks, of
 * documentation or benchmarks, none that maps or tunnels to one of another family, and nothing that is not an address at all.
 */
export const isPublicAddress = (address: string): boolean =>
  isIP(address) !== 0 && ipaddr.parse(address).range() === 'unicast';

/** The host of a URL as an IP address, or null where it is a name. In a URL every spelling of an address has become one. */
export function addressIn({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

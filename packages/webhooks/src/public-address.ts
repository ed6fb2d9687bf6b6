import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All that IANA has given out of IPv6 for the public network. What is beyond is none of it, such as `::7f00:1` and `100:0:0:1::1`. */
const publicIpv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public network: none of the loopback, of private, link-local or site-local networks, of
 * documentation or benchmarks, none that maps or tunnels to one of another family, and nothing that is not an address at all.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(publicIpv6));
}

/** The host of a URL as an IP address, or null where it is a name. In a URL every spelling of an address has become one. */
export function addressIn({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}

import { type LookupAddress, type LookupOptions, lookup as resolve } from 'node:dns';
import { BlockList, isIPv6 } from 'node:net';

/** IANA's registry of special-purpose addresses of IPv4, multicast and reserved ones. */
const specialV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** What of IPv6's global addresses (2000::/3) leads elsewhere: protocol assignments, documentation, and 6to4. */
const specialV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [net, prefix] of specialV4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of specialV6) special.addSubnet(net, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the internet, which nobody's private network, nor this machine, has. */
export const isPublicAddress = (address: string): boolean =>
  isIPv6(address)
    ? global.check(address, 'ipv6') && !special.check(address, 'ipv6')
    : !special.check(address, 'ipv4');

/** A name that leads to no address of the internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** What `node:net` asks for the addresses of a name; only names are asked for, never addresses. */
export type Lookup = (hostname: string, options: LookupOptions, callback: Callback) => void;

/** Resolves a name, to public addresses alone: whatever the name says a moment later, it is these that are connected to. */
export const lookupPublic: Lookup = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (first === undefined) return callback(new PrivateAddressError('no public address'), []);
    return options.all === true ? callback(null, allowed) : callback(null, first.address, first.family);
  });
};

/** Resolves a name as the system does. */
export const lookupAny: Lookup = (hostname, options, callback) => resolve(hostname, options, callback);

import { lookup as lookUp } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

/** The system's own way from names to addresses, with whatever its files say. It keeps a thread busy, of which there are few. */
export const systemLookup: LookupFunction = lookUp;

/** What the DNS may take for one question, in milliseconds, and how often it is asked. */
const asking = { timeout: 2_000, tries: 2 };

const notFound = (hostname: string) =>
  Object.assign(new Error(`the DNS knows no ${hostname}`), { code: 'ENOTFOUND' });

/**
 * The way through the DNS alone, which keeps no thread: a name whose servers do not answer holds up nobody else, and none of
 * the mail that is sent by the same process.
 */
export function createDnsLookup(): LookupFunction {
  const resolver = new Resolver(asking);
  const find = async (hostname: string) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const of = (family: 4 | 6, answer: PromiseSettledResult<string[]>) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
    return [...of(4, four), ...of(6, six)];
  };
  return (hostname, options, callback) => {
    void find(hostname).then((all) => {
      const [first] = all;
      if (first === undefined) callback(notFound(hostname), '', 0);
      else if (options.all === true) callback(null, all);
      else callback(null, first.address, first.family);
    });
  };
}

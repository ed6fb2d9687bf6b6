import type { ProviderOutcome } from '@postroom/core';

/** Whom a message is from and for: bare addresses. */
export type Parties = { readonly from: string; readonly recipients: readonly string[] };

/** What a refusal that names a resource reaches. */
type About = Extract<ProviderOutcome, { kind: 'not_permitted' }>['about'];

/** IAM names what it refused in several notations: `on resource: arn:...`, and in SES's own words in quotes. */
const resourcePattern = /\bon resource:?\s*[`'"\u2018\u2019\u201c]?(arn:[^\s`'"\u2018\u2019\u201d]+)/i;

/** The action of raw content, which SES checks in place of `ses:SendEmail`. */
const rawActionPattern = /\bses:SendRawEmail\b/i;

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

/** Whether an address is sent from, or to, that identity of the account: itself, its domain, or a parent of that. */
function isOf(identity: string, address: string): boolean {
  const name = identity.toLowerCase();
  const whole = address.toLowerCase();
  return name === whole || name === domainOf(whole) || domainOf(whole).endsWith(`.${name}`);
}

/**
 * What the caller may not use, as AWS says it; null: it names nothing, so that nothing at all may be sent. Raw content has
 * a right of its own, so that its lack says nothing about the sender's other mail, and recipients that are identities of
 * the account are looked at as the sender is (SES, Controlling access to SES).
 */
export function deniedPart(words: string, parties: Parties | null): About | null {
  const arn = resourcePattern.exec(words)?.[1]?.replace(/[.,;]$/, '');
  if (arn === undefined || arn.endsWith(':*')) return null;
  if (rawActionPattern.test(words)) return 'message';
  const [kind = '', ...names] = arn.split(':').slice(5).join(':').split('/');
  const name = names.join('/');
  if (kind === 'configuration-set') return 'configuration_set';
  if (kind !== 'identity') return 'message';
  if (parties === null || name === '*' || isOf(name, parties.from)) return 'sender';
  return parties.recipients.some((address) => isOf(name, address)) ? 'message' : 'sender';
}

import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import * as z from 'zod';
import { normalizeDomain } from './fields/address.ts';
import { expected, textSchema } from './fields/fields.ts';

/** Longer names are not looked at: 253 ASCII characters come from no more than so many. */
const maxDomainInput = 1_000;

/** Why this is no domain to send from: the first thing that a person would want to be told. */
function domainProblem(text: string): string {
  if (text.includes('://')) return 'must not have a scheme: give the bare domain, such as example.com';
  if (text.includes('@')) return 'must not be an address: give what stands after the @, such as example.com';
  if (text.includes('*')) return 'must not have a wildcard: give one domain, such as example.com';
  if (isIP(text.replace(/^\[|\]$/g, '')) !== 0) return 'must not be an IP address';
  if (text.endsWith('.')) return 'must not end in a dot';
  const ascii = domainToASCII(text);
  if (ascii.length > 253) return 'must have at most 253 characters';
  if (ascii !== '' && !/[\s%/\\:?#.]/.test(ascii)) {
    return 'must have at least two labels, such as example.com';
  }
  return 'is not a domain such as example.com';
}

const domainNameSchema = textSchema(1, maxDomainInput).transform((text, context) => {
  const domain = normalizeDomain(text);
  if (domain !== null) return domain;
  context.addIssue({ code: 'custom', message: domainProblem(text) });
  return z.NEVER;
});

/** A workspace has at most so many domains: one SES account, which has 10,000 identities, serves all workspaces. */
export const maxDomains = 100;

/** A domain to be registered; it comes out in lower case and punycode. */
export const createDomainSchema = z.strictObject({ domain: domainNameSchema }, expected('an object'));

const dnsRecordSchema = z.object({
  type: z.enum(['CNAME', 'TXT']),
  name: z.string(),
  value: z.string(),
  purpose: z.enum(['dkim', 'dmarc']),
  /** Mail goes out without those that are not required. */
  required: z.boolean(),
});

/** One DNS record to publish. */
export type DnsRecordResource = z.infer<typeof dnsRecordSchema>;

const domainStatuses = ['pending', 'verified', 'failed'] as const;

/** Whether SES has found the records of a domain: not yet, yes, or no longer looking for them. */
export type DomainStatus = (typeof domainStatuses)[number];

export const domainSchema = z.object({
  id: z.guid(),
  domain: z.string(),
  status: z.enum(domainStatuses),
  dnsRecords: z.array(dnsRecordSchema),
  /** When SES was last asked; null: never. */
  checkedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type DomainResource = z.infer<typeof domainSchema>;

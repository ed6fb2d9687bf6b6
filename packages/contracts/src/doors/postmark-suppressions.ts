import * as z from 'zod';
import { emailSchema, expected, queryEmailSchema } from '../fields/fields.ts';
import { queryNumber } from '../fields/paging.ts';
import { inAnyCase } from './plain-names.ts';

/** The most addresses that one request suppresses or lets go, as at Postmark. */
export const maxPostmarkSuppressions = 50;

/** The most that a dump holds: who has more takes the export of `/api/v1`. */
export const maxPostmarkDump = 1_000;

/** Why an address is suppressed, by Postmark's names. */
export const postmarkReasons = ['HardBounce', 'SpamComplaint', 'ManualSuppression'] as const;
export type PostmarkReason = (typeof postmarkReasons)[number];

const postmarkOrigins = ['Recipient', 'Customer', 'Admin'] as const;

/** Addresses of a request; each is read for itself. */
export const postmarkAddressesSchema = z.strictObject(
  {
    Suppressions: z
      .array(
        inAnyCase(z.strictObject({ EmailAddress: z.unknown() }, expected('an object with EmailAddress'))),
        expected('an array'),
      )
      .max(maxPostmarkSuppressions, `must hold at most ${maxPostmarkSuppressions} addresses`),
  },
  expected('an object with Suppressions'),
);

/** An address of such a request. */
export const postmarkAddressSchema = emailSchema;

/** What a dump may be narrowed to. */
export const postmarkDumpQuerySchema = z.strictObject(
  {
    SuppressionReason: z.enum(postmarkReasons, expected(`one of ${postmarkReasons.join(', ')}`)).optional(),
    EmailAddress: queryEmailSchema.optional(),
    /** Said by some clients: a part of the dump instead of all. */
    count: queryNumber(1, maxPostmarkDump).default(maxPostmarkDump),
    offset: queryNumber(0, maxPostmarkDump).default(0),
  },
  expected('query parameters'),
);

/** The addresses that get no mail. */
export const postmarkDumpSchema = z.object({
  Suppressions: z.array(
    z.object({
      EmailAddress: z.string(),
      SuppressionReason: z.enum(postmarkReasons),
      Origin: z.enum(postmarkOrigins),
      CreatedAt: z.iso.datetime(),
    }),
  ),
});
export type PostmarkDump = z.infer<typeof postmarkDumpSchema>;

/** What became of each address of a request. */
export const postmarkStatusesSchema = z.object({
  Suppressions: z.array(
    z.object({
      EmailAddress: z.string(),
      Status: z.enum(['Suppressed', 'Deleted', 'Failed']),
      Message: z.string().nullable(),
    }),
  ),
});
export type PostmarkStatuses = z.infer<typeof postmarkStatusesSchema>;

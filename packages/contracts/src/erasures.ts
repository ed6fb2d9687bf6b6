import * as z from 'zod';
import { emailSchema, expected } from './fields/fields.ts';

/** Whom to erase: everything that is kept of this address. */
export const createErasureSchema = z.strictObject({ email: emailSchema }, expected('an object'));

/** What has to stand beside the removal of a profile, since it removes more than the profile. */
export const eraseProfileQuerySchema = z.strictObject(
  {
    erase: z.literal(
      'true',
      'must be true: a profile is only removed together with all that is kept of the person',
    ),
  },
  expected('query parameters'),
);

/** What an erasure counts; each is 0 until there is something to count. */
export const erasureCounts = [
  'sends',
  'canceled',
  'copies',
  'mentions',
  'events',
  'notices',
  'bodies',
  'attachments',
  'profiles',
  'subscriptions',
  'suppressions',
] as const;

/** The erasure of one person; it does not tell who it is. */
export const erasureSchema = z.object({
  id: z.guid(),
  status: z.enum(['running', 'done']),
  counts: z.record(z.enum(erasureCounts), z.int().min(0)),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type ErasureResource = z.infer<typeof erasureSchema>;

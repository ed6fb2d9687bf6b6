import * as z from 'zod';
import {
  addressSchema,
  emailSchema,
  expected,
  mailboxSchema,
  nameSchema,
  textSchema,
  timeSchema,
  trackingSchema,
} from './fields/fields.ts';
import { trackingHostSchema } from './fields/tracking-host.ts';

// A control character in a display name would end up in a mail header.
const displayNameSchema = textSchema(1, 200).refine(
  (name) => !/\p{Cc}/u.test(name),
  'must be a single line without control characters',
);

const senderProfileFields = {
  name: nameSchema,
  fromEmail: emailSchema,
  fromName: displayNameSchema.nullish(),
  replyTo: addressSchema.nullish(),
  configurationSet: z
    .string(expected('a string'))
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores')
    .nullish(),
  tracking: trackingSchema.nullish(),
  trackingHost: trackingHostSchema.nullish(),
};

/** A workspace has at most so many sender profiles; SES is asked about each address. */
export const maxSenderProfiles = 1_000;

export const createSenderProfileSchema = z.strictObject(senderProfileFields, expected('an object'));
export type CreateSenderProfile = z.infer<typeof createSenderProfileSchema>;
export const updateSenderProfileSchema = z.strictObject(senderProfileFields, expected('an object')).partial();
export type UpdateSenderProfile = z.infer<typeof updateSenderProfileSchema>;

export const senderProfileSchema = z.object({
  id: z.guid(),
  name: z.string(),
  fromEmail: z.string(),
  fromName: z.string().nullable(),
  replyTo: mailboxSchema.nullable(),
  configurationSet: z.string().nullable(),
  tracking: z.object({ clicks: z.boolean(), opens: z.boolean(), text: z.boolean() }),
  trackingHost: z.string().nullable(),
  /** Whether it led to us when it was last asked: until then links lead to `PUBLIC_URL`. */
  trackingHostVerified: z.boolean(),
  /** What was wrong with it then, or null. */
  trackingHostProblem: z.string().nullable(),
  verified: z.boolean(),
  /** Why SES last refused this sender, or null. */
  flaggedReason: z.string().nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type SenderProfileResource = z.infer<typeof senderProfileSchema>;

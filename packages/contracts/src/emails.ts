import * as z from 'zod';
import { addressKey } from './fields/address.ts';
import {
  addressSchema,
  expected,
  isSound,
  maxBodyLength,
  maxRecipients,
  subjectSchema,
  textSchema,
} from './fields/fields.ts';
import { sendLanes } from './fields/lane.ts';
import { scheduleSchema, sendOptions } from './fields/send-options.ts';
import { renderedContentSchema } from './items.ts';

/** The most emails that one request of the emails dialect may hold. */
export const maxEmailsPerBatch = 1000;

// The length comes first: a million bad elements would become a million issues.
const addressesSchema = z
  .array(z.unknown(), expected('an array of addresses'))
  .max(maxRecipients, `must hold at most ${maxRecipients} addresses`)
  .pipe(z.array(addressSchema));

/** Whom an email goes to: its primary recipient first. */
export const recipientsSchema = z
  .array(z.unknown(), expected('an array of addresses'))
  .min(1, 'must hold at least 1 address')
  .max(maxRecipients, `must hold at most ${maxRecipients} addresses`)
  .pipe(z.array(addressSchema));

/** One email: final content, addressed. `null` is the same as leaving a field out. */
export const emailRequestSchema = z
  .strictObject(
    {
      from: addressSchema,
      to: recipientsSchema,
      subject: subjectSchema,
      html: textSchema(1, maxBodyLength).nullish(),
      text: textSchema(1, maxBodyLength).nullish(),
      cc: addressesSchema.nullish(),
      bcc: addressesSchema.nullish(),
      reply_to: addressSchema.nullish(),
      type: z.enum(sendLanes, expected('transactional or marketing')).nullish(),
      scheduled_at: scheduleSchema.nullish(),
      idempotency_key: textSchema(1, 255).nullish(),
      ...sendOptions,
    },
    expected('an object'),
  )
  .refine(({ html, text }) => Boolean(html) || Boolean(text), {
    path: ['html'],
    message: 'is required unless text is given',
  })
  .refine(
    ({ to, cc, bcc }) => {
      const recipients = [...to, ...(cc ?? []), ...(bcc ?? [])];
      return new Set(recipients.map(({ email }) => addressKey(email))).size <= maxRecipients;
    },
    {
      path: ['to'],
      message: `has more than ${maxRecipients} recipients in to, cc and bcc together`,
      when: isSound,
    },
  );

export type EmailRequest = z.infer<typeof emailRequestSchema>;

const emailListSchema = z
  .array(z.unknown(), expected('an array'))
  .min(1, 'must hold at least 1 email')
  .max(maxEmailsPerBatch, `must hold at most ${maxEmailsPerBatch} emails`);

/** The request as a whole, whose emails are still to be parsed. */
export const emailsEnvelopeSchema = z.strictObject({ emails: emailListSchema }, expected('an object'));

/** The request as a whole: one malformed email refuses it. */
export const emailsBatchRequestSchema = z.strictObject(
  { emails: emailListSchema.pipe(z.array(emailRequestSchema)) },
  expected('an object'),
);

/** Scheduled, Queued and Processing are `queued`; Failed, Skipped and Canceled are `failed`. */
export const emailStatuses = ['queued', 'sent', 'failed'] as const;
export type EmailStatus = (typeof emailStatuses)[number];

/** A send as the emails dialect answers it. */
export const emailRecordSchema = z.object({
  /** `em_` and the send's UUID in base32. */
  id: z.string(),
  status: z.enum(emailStatuses),
  from: z.string(),
  /** The primary recipient. */
  to: z.string(),
  subject: z.string(),
  created_at: z.iso.datetime(),
  /** Why it failed; on a failed one alone. */
  error: z.string().optional(),
});
export type EmailRecord = z.infer<typeof emailRecordSchema>;

/** The answer to a batch of emails, in the order of the request. */
export const emailsBatchResponseSchema = z.object({
  emails: z.array(emailRecordSchema),
  /** How many were submitted. */
  count: z.int().min(0),
  /** The batch that the sends belong to; null when they came from several. */
  batchId: z.guid().nullable(),
});
export type EmailsBatchResponse = z.infer<typeof emailsBatchResponseSchema>;

/** The answer to a dry run: the same checks, and nothing written. */
export const emailsDryRunResponseSchema = z.object({
  dryRun: z.literal(true),
  emails: z.array(
    emailRecordSchema.omit({ id: true, created_at: true }).extend({
      rendered: renderedContentSchema.nullable(),
    }),
  ),
  count: z.int().min(0),
});
export type EmailsDryRunResponse = z.infer<typeof emailsDryRunResponseSchema>;

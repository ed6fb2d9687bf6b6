import * as z from 'zod';

/** The names of Resend's errors that are answered here. */
export const resendErrorNames = [
  'invalid_idempotency_key',
  'validation_error',
  'missing_api_key',
  'restricted_api_key',
  'invalid_api_key',
  'not_found',
  'invalid_idempotent_request',
  'invalid_attachment',
  'invalid_from_address',
  'invalid_parameter',
  'invalid_region',
  'missing_required_field',
  'rate_limit_exceeded',
  'application_error',
  'internal_server_error',
] as const;
export type ResendErrorName = (typeof resendErrorNames)[number];

/** Every error as Resend words it. */
export const resendErrorSchema = z.object({
  statusCode: z.int().min(400).max(599),
  name: z.enum(resendErrorNames),
  message: z.string(),
});
export type ResendError = z.infer<typeof resendErrorSchema>;

/** What became of an email, by Resend's names, as far as its status and its delivery say. */
export const resendEvents = [
  'bounced',
  'canceled',
  'complained',
  'delivered',
  'delivery_delayed',
  'failed',
  'queued',
  'scheduled',
  'sent',
  'suppressed',
] as const;
export type ResendEvent = (typeof resendEvents)[number];

/** The answer to one email: its id. */
export const resendSentSchema = z.object({ id: z.guid() });

/** The answer to several, in the order of the request; `errors` where each is taken for itself. */
export const resendBatchSchema = z.object({
  data: z.array(resendSentSchema),
  errors: z.array(z.object({ index: z.int().min(0), message: z.string() })).optional(),
});
export type ResendBatch = z.infer<typeof resendBatchSchema>;

/** The answer to a change of an email. */
export const resendChangedSchema = z.object({ object: z.literal('email'), id: z.guid() });

const listedFields = {
  id: z.guid(),
  message_id: z.guid(),
  to: z.array(z.string()),
  from: z.string(),
  created_at: z.iso.datetime(),
  subject: z.string(),
  /** Blind copies are stored and sent, and never shown. */
  bcc: z.null(),
  cc: z.array(z.string()).nullable(),
  reply_to: z.array(z.string()).nullable(),
  last_event: z.enum(resendEvents),
  scheduled_at: z.iso.datetime().nullable(),
  topic_id: z.guid().nullable(),
};

/** An email as Resend lists it. */
export const resendListedSchema = z.object(listedFields);
export type ResendListed = z.infer<typeof resendListedSchema>;

/** An email as Resend shows it alone. */
export const resendShownSchema = z.object({
  object: z.literal('email'),
  ...listedFields,
  html: z.string().nullable(),
  text: z.string().nullable(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type ResendShown = z.infer<typeof resendShownSchema>;

/** A page of a list in Resend's form. */
export const resendListSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ object: z.literal('list'), has_more: z.boolean(), data: z.array(item) });

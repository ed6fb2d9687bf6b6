import * as z from 'zod';

/**
 * What is read of an event (SES developer guide, "Event data that Amazon SES publishes to Amazon
 * SNS"). SES adds fields as it likes, so unknown ones are dropped, and a detail that is absent or
 * of another type does not spoil the event.
 */
const text = z
  .string()
  .transform((value) => value.slice(0, 10_000))
  .optional()
  .catch(undefined);
/** With its offset: else it would be a time of the zone of this machine, or whatever else `Date` makes of a text. */
const moment = z.iso.datetime({ offset: true }).optional().catch(undefined);
/** Printable ASCII: it becomes part of a key in PostgreSQL. */
const feedbackId = z
  .string()
  .regex(/^[!-~]{1,256}$/)
  .optional()
  .catch(undefined);
const number = z.number().optional().catch(undefined);
/** What cannot be read of a list stays in it as null, and spoils nothing else: whom it was about is not known. */
const listOf = <T extends z.ZodType>(element: T) =>
  z.array(element.nullable().catch(null)).optional().catch([]);
const addresses = listOf(z.string());
const addressed = listOf(z.object({ emailAddress: z.string(), status: text, diagnosticCode: text }));

const mailSchema = z.object({
  // Printable ASCII: PostgreSQL refuses some other characters.
  messageId: z.string().regex(/^[!-~]{1,256}$/),
  timestamp: moment,
  destination: addresses,
  tags: z.record(z.string(), z.array(z.string()).catch([])).catch({}),
  headers: listOf(z.object({ name: z.string(), value: z.string() })),
});

const part = <T extends z.ZodRawShape>(shape: T) =>
  z
    .object({ timestamp: moment, ...shape })
    .optional()
    .catch(undefined);

/** The event with the part that its type names; the others are absent. */
export const sesEventSchema = z.object({
  eventType: text,
  notificationType: text,
  mail: mailSchema,
  bounce: part({ bounceType: text, bounceSubType: text, feedbackId, bouncedRecipients: addressed }),
  complaint: part({
    complaintFeedbackType: text,
    complaintSubType: text,
    feedbackId,
    userAgent: text,
    complainedRecipients: addressed,
  }),
  delivery: part({ recipients: addresses, smtpResponse: text, processingTimeMillis: number }),
  deliveryDelay: part({ delayType: text, expirationTime: text, delayedRecipients: addressed }),
  reject: part({ reason: text }),
  failure: part({ errorMessage: text, templateName: text }),
  open: part({ userAgent: text }),
  click: part({ link: text, userAgent: text }),
  subscription: part({ contactList: text }),
});

/** One event as SES publishes it, reduced to what is read of it. */
export type SesEvent = z.infer<typeof sesEventSchema>;

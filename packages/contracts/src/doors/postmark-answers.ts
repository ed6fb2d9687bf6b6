import * as z from 'zod';

/** Every error as Postmark words it. */
export const postmarkErrorSchema = z.object({ ErrorCode: z.int().min(0), Message: z.string() });
export type PostmarkError = z.infer<typeof postmarkErrorSchema>;

/** What became of one message. A refused one of a batch has its code and the message alone. */
export const postmarkSentSchema = z.object({
  To: z.string().optional(),
  Cc: z.string().optional(),
  SubmittedAt: z.iso.datetime().optional(),
  MessageID: z.guid().optional(),
  ErrorCode: z.int().min(0),
  Message: z.string(),
});
export type PostmarkSent = z.infer<typeof postmarkSentSchema>;

const recipientSchema = z.object({ Email: z.string(), Name: z.string() });

const eventSchema = z.object({
  Recipient: z.string(),
  Type: z.enum(['Delivered', 'Transient', 'Bounced', 'Opened', 'LinkClicked', 'SubscriptionChanged']),
  ReceivedAt: z.iso.datetime(),
  Details: z.record(z.string(), z.unknown()),
});

/** A message as Postmark shows it. Blind copies are stored and sent, and never shown. */
export const postmarkDetailsSchema = z.object({
  MessageID: z.guid(),
  Tag: z.string().nullable(),
  To: z.array(recipientSchema),
  Cc: z.array(recipientSchema),
  Bcc: z.array(recipientSchema),
  Recipients: z.array(z.string()),
  ReceivedAt: z.iso.datetime(),
  From: z.string(),
  Subject: z.string(),
  Attachments: z.array(z.string()),
  Status: z.enum(['Queued', 'Sent', 'Processed']),
  TrackOpens: z.boolean(),
  TrackLinks: z.enum(['None', 'HtmlOnly', 'HtmlAndText']),
  Metadata: z.record(z.string(), z.string()),
  MessageStream: z.enum(['outbound', 'broadcast']),
  Sandboxed: z.boolean(),
  TextBody: z.string().nullable(),
  HtmlBody: z.string().nullable(),
  Body: z.literal(''),
  MessageEvents: z.array(eventSchema),
});
export type PostmarkDetails = z.infer<typeof postmarkDetailsSchema>;

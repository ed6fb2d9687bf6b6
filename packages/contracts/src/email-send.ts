import { z } from 'zod';

export const sendStatuses = [
  'Scheduled',
  'Queued',
  'Processing',
  'Sent',
  'Failed',
  'Skipped',
  'Canceled',
] as const;
export type SendStatus = (typeof sendStatuses)[number];

export const deliveries = ['delivered', 'delayed', 'bounced', 'complained'] as const;

/** An address as answers show it. */
export const mailboxSchema = z.object({ email: z.string(), name: z.string().nullable() });

/** One send as the items dialect shows it. `bcc` is stored and sent, and never shown. */
export const emailSendSchema = z.object({
  id: z.guid(),
  status: z.enum(sendStatuses),
  templateId: z.guid().nullable(),
  templateSnapshotId: z.guid(),
  senderProfileId: z.guid().nullable(),
  from: mailboxSchema,
  replyTo: mailboxSchema.nullable(),
  /** The given subject, else the rendered one once it is sent, else the frozen subject of the template. */
  subject: z.string(),
  subscriptionGroupId: z.guid().nullable(),
  profileId: z.guid().nullable(),
  to: z.object({ email: z.string() }),
  cc: z.array(mailboxSchema),
  messageId: z.guid(),
  failureMessage: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  providerMessageId: z.string().nullable(),
  delivery: z.enum(deliveries).nullable(),
  tags: z.array(z.string()),
  scheduledAt: z.iso.datetime().nullable(),
  simulated: z.boolean(),
});

export type EmailSend = z.infer<typeof emailSendSchema>;

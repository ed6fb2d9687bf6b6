import * as z from 'zod';
import { itemErrorCodes } from './error.ts';
import {
  addressListSchema,
  addressSchema,
  dataSchema,
  emailSchema,
  expected,
  isJsonObject,
  mailboxSchema,
  subjectSchema,
  textSchema,
  uuidSchema,
} from './fields/fields.ts';
import { scheduleSchema, sendOptions, shownOptions } from './fields/send-options.ts';
import { sendStatuses } from './send-status.ts';

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
  scheduledAt: z.iso.datetime().nullable(),
  contentRemovedAt: z.iso.datetime().optional(),
  ...shownOptions,
});

export type EmailSend = z.infer<typeof emailSendSchema>;

/** The most items that one request of the items dialect may hold. */
export const maxItemsPerBatch = 100;

// Files are sent with each item: a batch would hold those of its defaults a hundred times.
const { attachments, ...sharedOptions } = sendOptions;

const sharedFields = {
  templateId: uuidSchema.nullish(),
  senderProfileId: uuidSchema.nullish(),
  from: addressSchema.nullish(),
  replyTo: addressSchema.nullish(),
  subject: subjectSchema.nullish(),
  subscriptionGroupId: uuidSchema.nullish(),
  scheduledAt: scheduleSchema.nullish(),
  ...sharedOptions,
};

/** `defaults` of a batch: applied to each item before the item is validated. */
export const itemDefaultsSchema = z.strictObject(sharedFields, expected('an object'));

/** One item after `defaults` were merged in. `null` is the same as leaving a field out. */
export const batchItemSchema = z
  .strictObject(
    {
      ...sharedFields,
      idempotencyKey: textSchema(1, 255),
      templateId: uuidSchema,
      profileId: uuidSchema.nullish(),
      to: z
        .strictObject(
          { email: emailSchema.nullish(), externalId: textSchema(1, 255).nullish() },
          expected('an object with email, externalId or both'),
        )
        .nullish(),
      cc: addressListSchema.nullish(),
      bcc: addressListSchema.nullish(),
      data: dataSchema.nullish(),
      attachments,
    },
    expected('an object'),
  )
  .superRefine((item, context) => {
    const isGiven = (value: unknown) => value !== undefined && value !== null;
    if ([item.profileId, item.to?.email, item.to?.externalId].some(isGiven)) return;
    context.addIssue({
      code: 'custom',
      path: ['to'],
      message: 'is required unless profileId is given: name an email or an externalId',
    });
  });

export type BatchItem = z.infer<typeof batchItemSchema>;

/** One send on its own: an item without its key, which is in the `Idempotency-Key` header. */
export const singleItemSchema = z
  .custom<Readonly<Record<string, unknown>>>(isJsonObject, {
    ...expected('an object'),
    abort: true,
  })
  .superRefine((item, context) => {
    if (!Object.hasOwn(item, 'idempotencyKey')) return;
    const message = 'belongs in the Idempotency-Key header when one send is posted';
    context.addIssue({ code: 'custom', path: ['idempotencyKey'], message });
  });

/** The request as a whole; items are validated one by one, so that a bad one spoils no other. */
export const itemsBatchRequestSchema = z.strictObject(
  {
    items: z
      .array(z.unknown(), expected('an array'))
      .min(1, 'must hold at least 1 item')
      .max(maxItemsPerBatch, `must hold at most ${maxItemsPerBatch} items`),
    defaults: itemDefaultsSchema.nullish(),
  },
  expected('an object'),
);

const acceptedFields = {
  index: z.int().min(0),
  idempotencyKey: z.string(),
  status: z.literal('accepted'),
  /** True when the key was known already: the send is the existing one, as it stands now. */
  replayed: z.boolean(),
};

/** An item that made or replayed a send. */
export const acceptedItemSchema = z.object({ ...acceptedFields, send: emailSendSchema });

/** An item that made no row; its key is not used up. */
export const rejectedItemSchema = z.object({
  index: z.int().min(0),
  idempotencyKey: z.string().nullable(),
  status: z.literal('rejected'),
  error: z.enum(itemErrorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What a message would say, had it been sent. */
export const renderedContentSchema = z.object({
  subject: z.string(),
  html: z.string().nullable(),
  text: z.string().nullable(),
});

/** Something that renders, and may not be what was meant: where, and what it means. */
export const renderWarningSchema = z.object({ path: z.string(), message: z.string() });
export type RenderWarning = z.infer<typeof renderWarningSchema>;

/** The answer to a dry run: the same checks and renderings as the real thing, and nothing written. */
export const itemsDryRunResponseSchema = z.object({
  dryRun: z.literal(true),
  total: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  items: z.array(
    z.discriminatedUnion('status', [
      /** `rendered` is null when the key is taken: the existing send would be answered. */
      z.object({
        ...acceptedFields,
        rendered: renderedContentSchema.nullable(),
        warnings: z.array(renderWarningSchema).optional(),
      }),
      rejectedItemSchema,
    ]),
  ),
});
export type ItemsDryRunResponse = z.infer<typeof itemsDryRunResponseSchema>;

/** The answer: one result per item, in the order of the request. */
export const itemsBatchResponseSchema = z.object({
  total: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  /** The batch that the accepted sends belong to; null when there are none, or they came from several. */
  batchId: z.guid().nullable(),
  items: z.array(z.discriminatedUnion('status', [acceptedItemSchema, rejectedItemSchema])),
});

export type ItemsBatchResponse = z.infer<typeof itemsBatchResponseSchema>;
export type ItemResult = ItemsBatchResponse['items'][number];

import { z } from 'zod';
import { type EmailSend, emailSendSchema } from './email-send.ts';
import { type ItemErrorCode, itemErrorCodes } from './error.ts';
import {
  addressListSchema,
  addressSchema,
  dataSchema,
  emailSchema,
  expected,
  lineSchema,
  textSchema,
  trackingSchema,
  uuidSchema,
} from './fields.ts';

/** The most items that one request of the items dialect may hold. */
export const maxItemsPerBatch = 100;

const sharedFields = {
  templateId: uuidSchema.nullish(),
  senderProfileId: uuidSchema.nullish(),
  from: addressSchema.nullish(),
  replyTo: addressSchema.nullish(),
  subject: lineSchema(1, 998).nullish(),
  subscriptionGroupId: uuidSchema.nullish(),
  tracking: trackingSchema.nullish(),
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

/** An item that made or replayed a send. */
export const acceptedItemSchema = z.object({
  index: z.int().min(0),
  idempotencyKey: z.string(),
  status: z.literal('accepted'),
  /** True when the key was known already: the send is the existing one, as it stands now. */
  replayed: z.boolean(),
  send: emailSendSchema,
});

/** An item that made no row; its key is not used up. */
export const rejectedItemSchema = z.object({
  index: z.int().min(0),
  idempotencyKey: z.string().nullable(),
  status: z.literal('rejected'),
  error: z.enum(itemErrorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

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
export type { EmailSend, ItemErrorCode };

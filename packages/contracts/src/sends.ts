import * as z from 'zod';
import { maxPairPart, maxPairTag } from './doors/pair-tag.ts';
import { emailRecordSchema, emailStatuses } from './emails.ts';
import { expected, queryEmailSchema, textSchema, uuidSchema } from './fields/fields.ts';
import { sendLanes } from './fields/lane.ts';
import { cursorSchema, limitSchema, queryNumber } from './fields/paging.ts';
import { momentSchema, scheduleSchema, shownOptions } from './fields/send-options.ts';
import { parseSendId } from './fields/type-id.ts';
import { deliveries, sendStatuses } from './send-status.ts';

/** Beyond this offset a list is walked with cursors: an offset costs as much as what it passes over. */
export const maxOffset = 10_000;

/** A count is exact up to this many, and an estimate beyond. */
export const maxExactCount = 10_000;

/** What sends may be narrowed to, in a list or for an action; all of them have to hold. */
const sendsFilterShape = {
  /** Either a status of the send (`Queued`), or one of the emails dialect (`queued`), which covers several. */
  status: z
    .enum(
      [...sendStatuses, ...emailStatuses],
      expected(`one of ${[...sendStatuses, ...emailStatuses].join(', ')}`),
    )
    .optional(),
  /** Either form of an id. */
  id: textSchema(1, 100)
    .transform((text, context) => {
      const id = parseSendId(text);
      if (id !== null) return id.uuid;
      context.addIssue({ code: 'custom', message: 'must be the id of an email: a UUID, or em_...' });
      return z.NEVER;
    })
    .optional(),
  provider_message_id: textSchema(1, 200).optional(),
  delivery: z.enum(deliveries, expected(`one of ${deliveries.join(', ')}`)).optional(),
  to: queryEmailSchema.optional(),
  tag: textSchema(1, maxPairTag).optional(),
  tag_name: textSchema(1, maxPairPart).optional(),
  sender_profile_id: uuidSchema.optional(),
  template_id: uuidSchema.optional(),
  batch_id: uuidSchema.optional(),
  /** Of what failed: the cause, as failures of it are told together, and since when. */
  failure_cause: textSchema(1, 300).optional(),
  failed_after: momentSchema.optional(),
  created_after: momentSchema.optional(),
  created_before: momentSchema.optional(),
};

/** A filter of sends alone, as an action has it. */
export const sendsFilterSchema = z.strictObject(sendsFilterShape, expected('an object'));
export type AskedFilter = z.infer<typeof sendsFilterSchema>;

/**
 * The same as it is kept with an action: with the sender profiles that the key was limited to which asked for it. A version
 * that does not know of those leaves such an action to others.
 */
export const keptFilterSchema = sendsFilterSchema.extend({
  sender_profile_ids: z.array(uuidSchema).optional(),
});

/** What a list of sends may be narrowed to and how it is paged; newest first. */
export const sendsQuerySchema = z
  .strictObject(
    {
      limit: limitSchema,
      offset: queryNumber(0, maxOffset, `must be at most ${maxOffset}: walk further with cursor`).optional(),
      cursor: cursorSchema(uuidSchema).optional(),
      ...sendsFilterShape,
    },
    expected('query parameters'),
  )
  .superRefine(({ offset, cursor }, context) => {
    if (offset === undefined || cursor === undefined) return;
    context.addIssue({ code: 'custom', path: ['offset'], message: 'must not stand beside cursor' });
  });
export type SendsQuery = z.infer<typeof sendsQuerySchema>;

/** A send of the emails dialect with all that is known of it. `bcc` is stored and sent, and never shown. */
export const emailDetailSchema = emailRecordSchema.extend({
  send_status: z.enum(sendStatuses),
  cc: z.array(z.string()),
  reply_to: z.string().nullable(),
  type: z.enum(sendLanes),
  scheduled_at: z.iso.datetime().nullable(),
  template_id: z.guid().nullable(),
  batch_id: z.guid().nullable(),
  provider_message_id: z.string().nullable(),
  ...shownOptions,
  updated_at: z.iso.datetime(),
  content_removed_at: z.iso.datetime().optional(),
});
export type EmailDetail = z.infer<typeof emailDetailSchema>;

/** One send as the emails dialect answers it alone. */
export const emailResponseSchema = z.object({ email: emailDetailSchema });

/** A page of sends. */
export const emailListSchema = z.object({
  emails: z.array(emailDetailSchema),
  /** All that the filters let through, whatever the page. */
  count: z.int().min(0),
  /** True beyond 10,000: then `count` is what the database's statistics say. */
  count_is_estimate: z.boolean(),
  /** What `cursor` takes up the list with; null on the last page. */
  next_cursor: z.string().nullable(),
});
export type EmailList = z.infer<typeof emailListSchema>;

/** What may have happened to a send. */
export const historyTypes = [
  'accepted',
  'scheduled',
  'attempt',
  'sent',
  'failed',
  'skipped',
  'canceled',
  'delivered',
  'delayed',
  'bounced',
  'complained',
  'rejected',
  'rendering_failure',
  'opened',
  'clicked',
  'unsubscribed',
  'subscription',
  'other',
  'webhook',
] as const;
export type HistoryType = (typeof historyTypes)[number];

/** What tells that a link was followed, or an image fetched, by a machine and not by a person. */
export const machineReasons = ['head', 'prefetch', 'agent', 'proxy', 'instant', 'burst'] as const;
export type MachineReason = (typeof machineReasons)[number];

const engagedSchema = z.object({ people: z.int().min(0), machines: z.int().min(0) });

/** Opens and clicks, of people and of machines. */
export const engagementSchema = z.object({ opened: engagedSchema, clicked: engagedSchema });
export type Engagement = z.infer<typeof engagementSchema>;

/** A send's history, oldest first. */
export const emailHistorySchema = z.object({
  events: z.array(
    z.object({
      type: z.enum(historyTypes),
      at: z.iso.datetime(),
      /** Which attempt it was, from 1. */
      attempt: z.int().min(1).optional(),
      /** Of an attempt: sent, in_doubt, retry, failed, skipped, returned; absent while it is under way. */
      outcome: z.string().optional(),
      /** What the provider said, without addresses. */
      error: z.object({ code: z.string(), message: z.string() }).optional(),
      /** Why the send ended as it did. */
      message: z.string().optional(),
      /** Of `opened` and `clicked`: whether a machine did it. */
      machine: z.boolean().optional(),
      /** What tells that it was a machine; null: a person, as far as is known. */
      reason: z.enum(machineReasons).nullable().optional(),
      /** Of `clicked`: where the link leads. */
      url: z.string().optional(),
      /** Of a bounce: what SES calls it, the other server's words without addresses, and whether SES refused it by itself. */
      bounceType: z.string().nullable().optional(),
      bounceSubType: z.string().nullable().optional(),
      diagnostic: z.string().nullable().optional(),
      provider: z.boolean().optional(),
      detail: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  /** How many of `opened` and `clicked` are among them. */
  engagement: engagementSchema,
});
export type EmailHistory = z.infer<typeof emailHistorySchema>;

/** Moves a scheduled send; either spelling. */
export const rescheduleSchema = z
  .strictObject(
    { scheduledAt: scheduleSchema.optional(), scheduled_at: scheduleSchema.optional() },
    expected('an object'),
  )
  .transform(({ scheduledAt, scheduled_at }, context): Date => {
    const moment = scheduledAt ?? scheduled_at;
    if (moment !== undefined && (scheduledAt === undefined || scheduled_at === undefined)) return moment;
    context.addIssue({ code: 'custom', path: ['scheduledAt'], message: 'is required, in one spelling' });
    return z.NEVER;
  });

const countsSchema = z.record(z.enum(sendStatuses), z.int().min(0));

/** A batch and how far it is. */
export const batchSchema = z.object({
  id: z.guid(),
  dialect: z.enum(['items', 'emails']),
  total: z.int().min(0),
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  /** Its sends by status, each status there is. */
  counts: countsSchema,
  /** How many of its sends were opened, or had a link followed, by a person, and by machines alone. */
  engagement: engagementSchema,
  createdAt: z.iso.datetime(),
});
export type BatchResource = z.infer<typeof batchSchema>;

/** What the cancellation of a batch came to. */
export const canceledBatchSchema = batchSchema.extend({
  /** Sends that were canceled by this request. */
  canceled: z.int().min(0),
});
export type CanceledBatch = z.infer<typeof canceledBatchSchema>;

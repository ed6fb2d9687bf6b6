import * as z from 'zod';
import { expected, textSchema, timeSchema, uuidSchema } from './fields/fields.ts';
import { cursorSchema, limitSchema } from './fields/paging.ts';
import { momentSchema } from './fields/send-options.ts';

/** Everything that a webhook may be told of; by the names that Resend gives them, where it has them. */
export const webhookEvents = [
  'email.scheduled',
  'email.queued',
  'email.sent',
  'email.delivered',
  'email.delivery_delayed',
  'email.bounced',
  'email.complained',
  'email.opened',
  'email.clicked',
  'email.failed',
  'email.suppressed',
  'email.skipped',
  'email.canceled',
  'suppression.added',
  'suppression.removed',
  'subscription.changed',
  'domain.updated',
  'workspace.marketing_paused',
  'webhook.disabled',
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Stands for every event, those to come among them. */
export const everyEvent = '*';

/** The most endpoints that a workspace may have, for each mode of its keys. */
export const maxWebhooks = 20;

/** The longest URL of an endpoint. */
const maxUrlLength = 2_048;

/** Why a URL is none to post to, or null; whether its address is a private one is looked at elsewhere. */
function urlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'must be a URL such as https://example.com/webhooks';
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '')
    return 'must not hold a user or a password: check the signature instead';
  return hash === '' ? null : 'must not have a fragment';
}

const webhookUrlSchema = textSchema(1, maxUrlLength).transform((text, context) => {
  const problem = urlProblem(text);
  if (problem === null) return new URL(text).href;
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

const eventNames = [everyEvent, ...webhookEvents] as const;

const subscribedSchema = z
  .array(z.enum(eventNames, expected(`one of ${eventNames.join(', ')}`)), expected('an array of events'))
  .min(1, 'must name at least one event, or be ["*"]')
  .max(eventNames.length, `must name at most ${eventNames.length} events`)
  .transform((events) => [...new Set(events)]);

/** An endpoint to be made. */
export const createWebhookSchema = z.strictObject(
  {
    url: webhookUrlSchema,
    events: subscribedSchema,
    enabled: z.boolean('must be true or false').default(true),
    description: textSchema(1, 500).nullish(),
  },
  expected('an object'),
);
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

/** What may be changed of an endpoint; what is left out stays. */
export const updateWebhookSchema = z.strictObject(
  {
    url: webhookUrlSchema.optional(),
    events: subscribedSchema.optional(),
    enabled: z.boolean('must be true or false').optional(),
    description: textSchema(1, 500).nullish(),
  },
  expected('an object'),
);
export type UpdateWebhook = z.infer<typeof updateWebhookSchema>;

/** Why an endpoint was disabled by itself: nothing arrived for days, or it answered 410. */
export const webhookDisabledReasons = ['failing', 'gone'] as const;
export type WebhookDisabledReason = (typeof webhookDisabledReasons)[number];

export const webhookSchema = z.object({
  id: z.guid(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  description: z.string().nullable(),
  disabledReason: z.enum(webhookDisabledReasons).nullable(),
  failingSince: timeSchema.nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type WebhookResource = z.infer<typeof webhookSchema>;

/** The one answer that holds the secret. */
export const webhookWithSecretSchema = webhookSchema.extend({ secret: z.string() });
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;

/** What became of a delivery: `blocked` ones would have gone to a private address. */
export const webhookDeliveryStatuses = ['pending', 'delivered', 'failed', 'blocked'] as const;
export type WebhookDeliveryStatus = (typeof webhookDeliveryStatuses)[number];

/** What the deliveries of an endpoint may be narrowed to; newest first. */
export const webhookDeliveriesQuerySchema = z.strictObject(
  {
    limit: limitSchema,
    cursor: cursorSchema(uuidSchema).optional(),
    status: z
      .enum(webhookDeliveryStatuses, expected(`one of ${webhookDeliveryStatuses.join(', ')}`))
      .optional(),
    event: z.enum(webhookEvents, expected(`one of ${webhookEvents.join(', ')}`)).optional(),
    since: momentSchema.optional(),
  },
  expected('query parameters'),
);
export type WebhookDeliveriesQuery = z.infer<typeof webhookDeliveriesQuerySchema>;

/** One try to deliver. */
export const webhookAttemptSchema = z.object({
  number: z.int().min(1),
  at: timeSchema,
  durationMs: z.int().min(0),
  request: z.string(),
  statusCode: z.int().nullable(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof webhookAttemptSchema>;

const deliveryFields = {
  id: z.guid(),
  /** What the receiver sees as `webhook-id`, each time the same. */
  webhookId: z.string(),
  event: z.enum(webhookEvents),
  status: z.enum(webhookDeliveryStatuses),
  emailId: z.guid().nullable(),
  attempts: z.int().min(0),
  nextAttemptAt: timeSchema.nullable(),
  createdAt: timeSchema,
} as const;

/** One event on its way to one endpoint, with its last try. */
export const webhookDeliverySchema = z.object({
  ...deliveryFields,
  lastAttempt: webhookAttemptSchema.nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

/** The same with all of its tries. */
export const webhookDeliveryLogSchema = z.object({
  ...deliveryFields,
  attemptLog: z.array(webhookAttemptSchema),
});
export type WebhookDeliveryLog = z.infer<typeof webhookDeliveryLogSchema>;

/** Which example a test sends. */
export const testWebhookSchema = z.strictObject(
  { event: z.enum(webhookEvents, expected(`one of ${webhookEvents.join(', ')}`)).default('email.delivered') },
  expected('an object'),
);

/** What of an endpoint's deliveries is sent again. */
export const replayWebhookSchema = z.strictObject(
  {
    since: momentSchema,
    until: momentSchema.optional(),
    failedOnly: z.boolean('must be true or false').default(false),
  },
  expected('an object'),
);
export type ReplayWebhook = z.infer<typeof replayWebhookSchema>;

/** The most deliveries that one request replays. */
export const maxReplayed = 10_000;

export const replayedWebhookSchema = z.object({
  replayed: z.int().min(0),
  /** What a further request begins with as `since`, where there were more than one may replay. */
  nextSince: timeSchema.nullable(),
});
export type ReplayedWebhook = z.infer<typeof replayedWebhookSchema>;

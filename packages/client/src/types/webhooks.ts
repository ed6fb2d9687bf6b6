import type { PageOptions } from './resources.ts';

/** What a webhook may be told of. */
export type WebhookEvent =
  | 'email.scheduled'
  | 'email.queued'
  | 'email.sent'
  | 'email.delivered'
  | 'email.delivery_delayed'
  | 'email.bounced'
  | 'email.complained'
  | 'email.opened'
  | 'email.clicked'
  | 'email.failed'
  | 'email.suppressed'
  | 'email.skipped'
  | 'email.canceled'
  | 'suppression.added'
  | 'suppression.removed'
  | 'subscription.changed'
  | 'domain.updated'
  | 'workspace.marketing_paused'
  | 'webhook.disabled';

/** A webhook to be made; `*` stands for every event. */
export type CreateWebhook = {
  readonly url: string;
  readonly events: readonly ('*' | WebhookEvent)[];
  readonly enabled?: boolean | undefined;
  readonly description?: string | null | undefined;
};
/** Where events are posted to, without the secret. */
export type Webhook = {
  id: string;
  url: string;
  events: string[];
  enabled: boolean;
  description: string | null;
  /** Why it was disabled by itself, or null. */
  disabledReason: 'failing' | 'gone' | null;
  failingSince: string | null;
  createdAt: string;
  updatedAt: string;
};
/** The answer to the creation, and to a new secret, alone holds the secret. */
export type WebhookWithSecret = Webhook & { secret: string };

/** What became of a delivery; `blocked`: its receiver had a private address. */
export type WebhookDeliveryStatus = 'pending' | 'delivered' | 'failed' | 'blocked';
/** One try to deliver an event. */
export type WebhookAttempt = {
  number: number;
  at: string;
  durationMs: number;
  /** The body that was posted. */
  request: string;
  statusCode: number | null;
  /** What was answered, its first 64 KiB. */
  answer: string | null;
  error: string | null;
};
type Delivery = {
  id: string;
  /** What the receiver sees, each time the same. */
  webhookId: string;
  event: WebhookEvent;
  status: WebhookDeliveryStatus;
  emailId: string | null;
  attempts: number;
  nextAttemptAt: string | null;
  createdAt: string;
};
/** One event on its way to one webhook, with its last try. */
export type WebhookDelivery = Delivery & { lastAttempt: WebhookAttempt | null };
/** The same with every try. */
export type WebhookDeliveryLog = Delivery & { attemptLog: WebhookAttempt[] };
/** What deliveries can be narrowed to. */
export type WebhookDeliveryFilters = PageOptions & {
  readonly status?: WebhookDeliveryStatus | undefined;
  readonly event?: WebhookEvent | undefined;
  readonly since?: string | undefined;
};

/** Which deliveries are made again. */
export type ReplayWebhook = {
  readonly since: string;
  readonly until?: string | undefined;
  readonly failedOnly?: boolean | undefined;
};
/** What a replay came to; `nextSince`: where a further request goes on, or null. */
export type ReplayedWebhook = { replayed: number; nextSince: string | null };

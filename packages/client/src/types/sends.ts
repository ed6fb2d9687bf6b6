import type { Email, EmailStatus } from './email.ts';
import type { SendStatus } from './item.ts';
import type { Moment } from './message.ts';

/** What a list of sends is narrowed to; newest first. */
export type EmailFilters = {
  /** How many a page holds: 1 to 100, 50 unless told. */
  readonly limit?: number | undefined;
  /** At most 10,000: walk further with `cursor`. Not beside `cursor`. */
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
  /** A status of a send, or one of the emails dialect, which covers several. */
  readonly status?: SendStatus | EmailStatus | undefined;
  /** Either form of an id. */
  readonly id?: string | undefined;
  /** The id that SES knows it by. */
  readonly provider_message_id?: string | undefined;
  readonly delivery?: 'delivered' | 'delayed' | 'bounced' | 'complained' | undefined;
  readonly to?: string | undefined;
  /** One with a name and a value is `name:value`. */
  readonly tag?: string | undefined;
  /** The name of such a tag, whatever its value. */
  readonly tag_name?: string | undefined;
  /** The sender profile that it was accepted with. */
  readonly sender_profile_id?: string | undefined;
  readonly template_id?: string | undefined;
  readonly batch_id?: string | undefined;
  /** Why it failed, with `<address>`, `<id>`, `<number>` and `<time>` in the places of what differs. */
  readonly failure_cause?: string | undefined;
  readonly failed_after?: Moment | undefined;
  readonly created_after?: Moment | undefined;
  readonly created_before?: Moment | undefined;
};

/** A page of sends. */
export type EmailList = {
  emails: Email[];
  /** All that the filters let through, whatever the page. */
  count: number;
  /** True beyond 10,000: then `count` is an estimate. */
  count_is_estimate: boolean;
  /** Null on the last page. */
  next_cursor: string | null;
};

/** What may have happened to a send. */
export type HistoryType =
  | 'accepted'
  | 'scheduled'
  | 'attempt'
  | 'sent'
  | 'failed'
  | 'skipped'
  | 'canceled'
  | 'delivered'
  | 'delayed'
  | 'bounced'
  | 'complained'
  | 'rejected'
  | 'rendering_failure'
  | 'opened'
  | 'clicked'
  | 'unsubscribed'
  | 'subscription'
  | 'other'
  | 'webhook';

/** What tells that a link was followed, or an image fetched, by a machine and not by a person. */
export type MachineReason = 'head' | 'prefetch' | 'agent' | 'proxy' | 'instant' | 'burst';

/** Opens and clicks, of people and of machines. */
export type Engagement = {
  opened: { people: number; machines: number };
  clicked: { people: number; machines: number };
};

/** One thing that happened to a send. */
export type HistoryEvent = {
  type: HistoryType;
  at: string;
  /** Which attempt it was, from 1. */
  attempt?: number | undefined;
  outcome?: string | undefined;
  /** What the provider said. */
  error?: { code: string; message: string } | undefined;
  message?: string | undefined;
  /** Of `opened` and `clicked`: whether a machine did it. */
  machine?: boolean | undefined;
  /** What tells that it was a machine; null: a person, as far as is known. */
  reason?: MachineReason | null | undefined;
  /** Of `clicked`: where the link leads. */
  url?: string | undefined;
  /** Of a bounce. `provider`: SES refused it by itself. */
  bounceType?: string | null | undefined;
  bounceSubType?: string | null | undefined;
  diagnostic?: string | null | undefined;
  provider?: boolean | undefined;
  detail?: Record<string, unknown> | undefined;
};

/** A send's history, oldest first. */
export type EmailHistory = { events: HistoryEvent[]; engagement: Engagement };

/** A batch and how far it is. */
export type Batch = {
  id: string;
  dialect: 'items' | 'emails';
  total: number;
  accepted: number;
  rejected: number;
  /** Its sends by status. */
  counts: Record<SendStatus, number>;
  /** How many of its sends were opened, or had a link followed, by a person, and by machines alone. */
  engagement: Engagement;
  createdAt: string;
};

/** A batch after its cancellation; `canceled` counts the sends that this request stopped. */
export type CanceledBatch = Batch & { canceled: number };

import { type AskedFilter, type EmailStatus, type SendStatus, sendStatuses } from '@postroom/contracts';
import type { DeliveryState } from './send.ts';

/** What sends are narrowed to; every condition that is given has to hold. */
export type SendsFilter = {
  readonly statuses?: readonly SendStatus[] | undefined;
  /** Any of the recipients in `to`; addresses are compared without their letters' case. */
  readonly to?: string | undefined;
  readonly tag?: string | undefined;
  /** The name of a tag that is a pair, `name:value`, whatever its value. */
  readonly tagName?: string | undefined;
  /** Any of these sender profiles, which it was accepted with; of none there is nothing. */
  readonly senderProfileIds?: readonly string[] | undefined;
  readonly deliveries?: readonly DeliveryState[] | undefined;
  /** Of those that bounced: whether it was a soft bounce. */
  readonly isSoftBounce?: boolean | undefined;
  readonly id?: string | undefined;
  /** Failed for this reason, without what differs from one failure to the next. */
  readonly failureCause?: string | undefined;
  /** Failed at this moment or later. */
  readonly failedFrom?: Date | undefined;
  /** The id under which the provider took it last. */
  readonly providerMessageId?: string | undefined;
  readonly templateId?: string | undefined;
  readonly batchId?: string | undefined;
  /** Created at this moment or later, in whole milliseconds. */
  readonly createdFrom?: Date | undefined;
  /** Created before this moment: of windows that touch, each send is in exactly one. */
  readonly createdBefore?: Date | undefined;
};

/** What the emails dialect calls each status. */
export const emailStatusOf: Readonly<Record<SendStatus, EmailStatus>> = {
  Scheduled: 'queued',
  Queued: 'queued',
  Processing: 'queued',
  Sent: 'sent',
  Failed: 'failed',
  Skipped: 'failed',
  Canceled: 'failed',
};

/** The statuses of sends that a filter names: one of their own, or one of the emails dialect, which covers several. */
export const statusesNamed = (name: SendStatus | EmailStatus): readonly SendStatus[] =>
  sendStatuses.filter((status) => status === name || emailStatusOf[status] === name);

/** A filter as it is asked for on the wire; a condition that is taken and not used here does not compile. */
export function sendsFilterOf(asked: AskedFilter): SendsFilter {
  const { status, to, tag, template_id, batch_id, created_after, created_before, ...more } = asked;
  const { id, provider_message_id, delivery, tag_name, sender_profile_id, ...rest } = more;
  const { failure_cause, failed_after, ...others } = rest;
  others satisfies Record<string, never>;
  return {
    statuses: status === undefined ? undefined : statusesNamed(status),
    to,
    tag,
    tagName: tag_name,
    senderProfileIds: sender_profile_id === undefined ? undefined : [sender_profile_id],
    deliveries: delivery === undefined ? undefined : [delivery],
    id,
    providerMessageId: provider_message_id,
    failureCause: failure_cause,
    failedFrom: failed_after,
    templateId: template_id,
    batchId: batch_id,
    createdFrom: created_after,
    createdBefore: created_before,
  };
}

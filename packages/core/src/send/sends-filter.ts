import { type AskedFilter, type EmailStatus, type SendStatus, sendStatuses } from '@postroom/contracts';

/** What sends are narrowed to; every condition that is given has to hold. */
export type SendsFilter = {
  readonly statuses?: readonly SendStatus[] | undefined;
  /** Any of the recipients in `to`; addresses are compared without their letters' case. */
  readonly to?: string | undefined;
  readonly tag?: string | undefined;
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
  const { status, to, tag, template_id, batch_id, created_after, created_before, ...others } = asked;
  others satisfies Record<string, never>;
  return {
    statuses: status === undefined ? undefined : statusesNamed(status),
    to,
    tag,
    templateId: template_id,
    batchId: batch_id,
    createdFrom: created_after,
    createdBefore: created_before,
  };
}

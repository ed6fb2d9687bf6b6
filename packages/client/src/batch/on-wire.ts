import type { Attachment, Moment } from '../types/message.ts';
import { toBase64 } from './base64.ts';

/** JSON would make `null` of a date that does not exist, which means: at once. */
function momentOnWire(moment: Moment | null | undefined): string | null | undefined {
  return moment instanceof Date ? moment.toISOString() : moment;
}

const attachmentOnWire = (attachment: Attachment) =>
  ArrayBuffer.isView(attachment.content)
    ? { ...attachment, content: toBase64(attachment.content) }
    : attachment;

type Sendable = {
  readonly attachments?: readonly Attachment[] | null | undefined;
  readonly scheduled_at?: Moment | null | undefined;
  readonly scheduledAt?: Moment | null | undefined;
};

/**
 * A copy of an email, an item or defaults as JSON has it: dates as text, bytes as base64. What was given stays
 * as it is. Throws for a date that does not exist.
 */
export function onWire<Given extends Sendable>(given: Given): object {
  const { attachments, scheduled_at, scheduledAt } = given;
  return {
    ...given,
    ...(Array.isArray(attachments) ? { attachments: attachments.map(attachmentOnWire) } : {}),
    ...(scheduled_at === undefined ? {} : { scheduled_at: momentOnWire(scheduled_at) }),
    ...(scheduledAt === undefined ? {} : { scheduledAt: momentOnWire(scheduledAt) }),
  };
}

import { type EmailDetail, type EmailRecord, formatAddress, toTypeId } from '@postroom/contracts';
import { emailStatusOf, type StoredSend } from '@postroom/core';
import { presentOptions, subjectOf } from './email-send.ts';

/** Why a send counts as failed in the emails dialect. */
function errorOf({ status, failureMessage }: StoredSend): { readonly error?: string } {
  if (emailStatusOf[status] !== 'failed') return {};
  return {
    error: failureMessage ?? (status === 'Canceled' ? 'The email was canceled.' : 'The email failed.'),
  };
}

/** A send as the emails dialect answers it. */
export function presentEmailRecord(send: StoredSend): EmailRecord {
  return {
    id: toTypeId(send.id),
    status: emailStatusOf[send.status],
    from: formatAddress(send.from),
    to: send.to.email,
    subject: subjectOf(send),
    created_at: send.createdAt.toISOString(),
    ...errorOf(send),
  };
}

/** The same with all that is known of the send; blind copies are left out on purpose. */
export function presentEmailDetail(send: StoredSend): EmailDetail {
  return {
    ...presentEmailRecord(send),
    send_status: send.status,
    cc: send.cc.map(formatAddress),
    reply_to: send.replyTo === null ? null : formatAddress(send.replyTo),
    type: send.lane,
    scheduled_at: send.scheduledAt?.toISOString() ?? null,
    template_id: send.templateId,
    batch_id: send.batchId,
    provider_message_id: send.providerMessageId,
    ...presentOptions(send),
    updated_at: send.updatedAt.toISOString(),
    ...(send.contentRemovedAt === null ? {} : { content_removed_at: send.contentRemovedAt.toISOString() }),
  };
}

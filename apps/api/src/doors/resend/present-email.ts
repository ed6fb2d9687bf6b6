import {
  formatAddress,
  pairOfTag,
  type ResendEvent,
  type ResendListed,
  type ResendShown,
  type SendStatus,
} from '@postroom/contracts';
import type { SnapshotContent, StoredSend } from '@postroom/core';
import { subjectOf } from '../../present/email-send.ts';
import { shownContent } from '../shown-content.ts';

const eventOfStatus: Readonly<Record<SendStatus, ResendEvent>> = {
  Scheduled: 'scheduled',
  Queued: 'queued',
  Processing: 'queued',
  Sent: 'sent',
  Failed: 'failed',
  Skipped: 'suppressed',
  Canceled: 'canceled',
};

const eventOfDelivery: Readonly<Record<NonNullable<StoredSend['delivery']>, ResendEvent>> = {
  delivered: 'delivered',
  delayed: 'delivery_delayed',
  bounced: 'bounced',
  complained: 'complained',
};

/** What last became of a send: its delivery, which is the later fact, else its status. */
const lastEventOf = ({ status, delivery }: StoredSend): ResendEvent =>
  delivery === null ? eventOfStatus[status] : eventOfDelivery[delivery];

const unlessEmpty = (addresses: readonly string[]) => (addresses.length === 0 ? null : [...addresses]);

/** A send as Resend lists it. Blind copies are left out on purpose. */
export const presentListed = (send: StoredSend): ResendListed => ({
  id: send.id,
  message_id: send.messageId,
  to: [send.to, ...send.toOthers].map(formatAddress),
  from: formatAddress(send.from),
  created_at: send.createdAt.toISOString(),
  subject: subjectOf(send),
  bcc: null,
  cc: unlessEmpty(send.cc.map(formatAddress)),
  reply_to: send.replyTo === null ? null : [formatAddress(send.replyTo)],
  last_event: lastEventOf(send),
  scheduled_at: send.scheduledAt?.toISOString() ?? null,
  topic_id: send.subscriptionGroupId,
});

/** A send as Resend shows it alone, with its content. */
export function presentShown(send: StoredSend, snapshot: SnapshotContent): ResendShown {
  const tags = send.tags.map((tag) => pairOfTag(tag) ?? { name: tag, value: '' });
  return { object: 'email', ...presentListed(send), ...shownContent(snapshot), tags };
}

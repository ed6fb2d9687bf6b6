import type { Address } from '@postroom/contracts';
import type { StoredSend } from '@postroom/core';
import { Prisma } from '../generated/client.ts';

/** A send as the driver hands it over, joined with its snapshot's subject. */
export type SendRow = {
  readonly id: string;
  readonly message_id: string;
  readonly batch_id: string | null;
  readonly dialect: StoredSend['dialect'];
  readonly lane: StoredSend['lane'];
  readonly status: StoredSend['status'];
  readonly delivery: StoredSend['delivery'];
  readonly simulated: boolean;
  readonly idempotency_key: string | null;
  readonly fingerprint: string;
  readonly template_id: string | null;
  readonly snapshot_id: string;
  readonly snapshot_subject: string;
  readonly sender_profile_id: string | null;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly reply_to_email: string | null;
  readonly reply_to_name: string | null;
  readonly subject: string | null;
  readonly rendered_subject: string | null;
  readonly subscription_group_id: string | null;
  readonly profile_id: string | null;
  readonly to_email: string;
  readonly to_name: string | null;
  readonly cc: readonly Address[] | null;
  readonly tags: readonly string[] | null;
  readonly scheduled_at: Date | null;
  readonly provider_message_id: string | null;
  readonly failure_message: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** The columns of `SendRow`, of `email_sends s` joined with `template_snapshots t`. */
export const sendColumns = Prisma.sql`
  s.id, s.message_id, s.batch_id, s.dialect, s.lane, s.status, s.delivery, s.simulated, s.idempotency_key,
  encode(s.fingerprint, 'hex') AS fingerprint, s.template_id, s.snapshot_id, t.subject AS snapshot_subject,
  s.sender_profile_id, s.from_email, s.from_name, s.reply_to_email, s.reply_to_name, s.subject,
  s.rendered_subject, s.subscription_group_id, s.profile_id, s.to_email, s.to_name, s.cc, s.tags,
  s.scheduled_at, s.provider_message_id, s.failure_message, s.created_at, s.updated_at`;

/** Names a row's columns in the words of the core. */
export function toStoredSend(row: SendRow): StoredSend {
  return {
    id: row.id,
    messageId: row.message_id,
    batchId: row.batch_id,
    dialect: row.dialect,
    lane: row.lane,
    status: row.status,
    delivery: row.delivery,
    simulated: row.simulated,
    idempotencyKey: row.idempotency_key,
    fingerprint: row.fingerprint,
    templateId: row.template_id,
    snapshotId: row.snapshot_id,
    snapshotSubject: row.snapshot_subject,
    senderProfileId: row.sender_profile_id,
    from: { email: row.from_email, name: row.from_name },
    replyTo: row.reply_to_email === null ? null : { email: row.reply_to_email, name: row.reply_to_name },
    subject: row.subject,
    renderedSubject: row.rendered_subject,
    subscriptionGroupId: row.subscription_group_id,
    profileId: row.profile_id,
    to: { email: row.to_email, name: row.to_name },
    cc: row.cc ?? [],
    tags: row.tags ?? [],
    scheduledAt: row.scheduled_at,
    providerMessageId: row.provider_message_id,
    failureMessage: row.failure_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

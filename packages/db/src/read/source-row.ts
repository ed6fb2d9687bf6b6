import type { SendSource } from '@postroom/core';
import { type ColumnsOf, columnsOf } from '../columns.ts';
import { Prisma } from '../generated/client.ts';
import { parseObject } from '../stored-json.ts';

/** What a send is rendered from, as the driver hands it over. */
export type SourceRow = ColumnsOf<'claimed'> & {
  readonly profileId: string | null;
  readonly gone: SendSource['gone'];
};

/** The columns of `SourceRow`, of `email_sends s`. */
export const sourceColumns = Prisma.sql`
  ${columnsOf('claimed', 's')}, s.profile_id AS "profileId",
  CASE WHEN s.erased_at IS NOT NULL THEN 'erased' WHEN s.content_removed_at IS NOT NULL THEN 'old' END AS "gone"`;

/** Puts a row's addresses together, and leaves out whom nobody may see. */
export function toSendSource(row: SourceRow): SendSource {
  const { fromEmail, fromName, replyToEmail, replyToName, toEmail, toName } = row;
  return {
    from: { email: fromEmail, name: fromName },
    replyTo: replyToEmail === null ? null : { email: replyToEmail, name: replyToName },
    to: { email: toEmail, name: toName },
    toOthers: row.toOthers ?? [],
    cc: row.cc ?? [],
    data: row.data === null ? null : parseObject(row.data),
    headers: row.headers ?? [],
    attachments: row.attachments ?? [],
    messageId: row.messageId,
    snapshotId: row.snapshotId,
    subject: row.subject,
    subscriptionGroupId: row.subscriptionGroupId,
    confirmsGroupId: row.confirmsGroupId,
    profileId: row.profileId,
    lane: row.lane,
    trackClicks: row.trackClicks,
    trackOpens: row.trackOpens,
    trackText: row.trackText,
    hasBlindCopies: (row.bcc ?? []).length > 0,
    gone: row.gone,
  };
}

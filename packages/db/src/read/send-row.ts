import type { StoredSend } from '@postroom/core';
import { type ColumnsOf, columnsOf } from '../columns.ts';
import { Prisma } from '../generated/client.ts';

/** A send as the driver hands it over, joined with its snapshot's subject. */
export type SendRow = ColumnsOf<'shown'> & { readonly snapshotSubject: string };

/** The columns of `SendRow`, of `email_sends s` joined with `template_snapshots t`. */
export const sendColumns = Prisma.sql`${columnsOf('shown', 's')}, t.subject AS "snapshotSubject"`;

/** Puts a row's addresses together. */
export function toStoredSend(row: SendRow): StoredSend {
  const { fromEmail, fromName, replyToEmail, replyToName, toEmail, toName, ...named } = row;
  return {
    ...named,
    from: { email: fromEmail, name: fromName },
    replyTo: replyToEmail === null ? null : { email: replyToEmail, name: replyToName },
    to: { email: toEmail, name: toName },
    toOthers: row.toOthers ?? [],
    cc: row.cc ?? [],
    tags: row.tags ?? [],
  };
}

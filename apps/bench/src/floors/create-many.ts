import { openDatabase } from '@postroom/db';
import * as z from 'zod';
import { type Floor, floorInTurn } from './floor.ts';
import { makeRows, type Row } from './rows.ts';

const settingsSchema = z.object({ databaseUrl: z.string() });

const toPrisma = (row: Row) => ({
  id: row.id,
  workspaceId: row.workspace_id,
  batchId: row.batch_id,
  dialect: 'items' as const,
  lane: row.lane,
  status: 'Queued' as const,
  simulated: row.simulated,
  idempotencyKey: row.idempotency_key,
  fingerprint: new Uint8Array(Buffer.from(row.fingerprint, 'hex')),
  templateId: row.template_id,
  snapshotId: row.snapshot_id,
  senderProfileId: row.sender_profile_id,
  fromEmail: row.from_email,
  fromName: row.from_name,
  profileId: row.profile_id,
  toEmail: row.to_email,
  toKey: row.to_key,
  data: row.data,
  tags: [],
  trackClicks: row.track_clicks,
  trackOpens: row.track_opens,
  messageId: row.message_id,
  nextAttemptAt: new Date(),
  sweepAt: new Date(Date.now() + 2_000),
});

/** The same rows as `insert-rows`, written the way an ORM offers: Prisma's `createMany`. */
export function openCreateMany(settings: unknown): Floor {
  const { databaseUrl } = settingsSchema.parse(settings);
  const { prisma } = openDatabase({ url: databaseUrl, maxConnections: 1 });
  return floorInTurn(makeRows, (rows) => prisma.emailSend.createMany({ data: rows.map(toPrisma) }));
}

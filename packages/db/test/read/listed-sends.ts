import { randomBytes, randomUUID } from 'node:crypto';
import type { SendStatus } from '@postroom/contracts';
import { type DeliveryState, newId } from '@postroom/core';
import type { PrismaClient } from '../../src/index.ts';

/** What a send can be found by, and when it was created. */
export type ListedSend = {
  readonly id: string;
  readonly createdAt: Date;
  readonly status: SendStatus;
  readonly to: readonly string[];
  readonly templateId: string | null;
  readonly batchId: string;
  readonly tags: readonly string[];
  readonly senderProfileId: string | null;
  readonly delivery: DeliveryState | null;
  readonly providerMessageId: string | null;
};

/** A UUID v7 of that moment. */
export function idAt(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
}

/** A new workspace and what writes sends to it, with all that they are found by. */
export async function startListing(prisma: PrismaClient): Promise<{
  readonly workspaceId: string;
  write(sends: readonly ListedSend[]): Promise<void>;
}> {
  const [workspaceId, snapshotId] = [newId(), newId()];
  await prisma.workspace.create({ data: { id: workspaceId, name: 'listing' } });
  const contentHash = new Uint8Array(randomBytes(32));
  await prisma.templateSnapshot.create({
    data: { id: snapshotId, workspaceId, kind: 'template', contentHash, subject: 'Hello', html: 'Hello' },
  });
  const facetsOf = ({ id, to, templateId, batchId, tags, senderProfileId }: ListedSend) => [
    ...(senderProfileId === null
      ? []
      : [{ workspaceId, sendId: id, kind: 'sender' as const, value: senderProfileId }]),
    ...tags.flatMap((tag) =>
      tag.includes(':')
        ? [{ workspaceId, sendId: id, kind: 'tag_name' as const, value: tag.split(':')[0] ?? '' }]
        : [],
    ),
    ...to.map((value) => ({ workspaceId, sendId: id, kind: 'to' as const, value })),
    ...tags.map((value) => ({ workspaceId, sendId: id, kind: 'tag' as const, value })),
    { workspaceId, sendId: id, kind: 'batch' as const, value: batchId },
    ...(templateId === null
      ? []
      : [{ workspaceId, sendId: id, kind: 'template' as const, value: templateId }]),
  ];
  return {
    workspaceId,
    write: async (sends) => {
      // Prisma takes seconds to put so many together.
      await prisma.$executeRaw`
        INSERT INTO email_sends (id, workspace_id, batch_id, dialect, lane, status, delivery, idempotency_key, fingerprint,
          template_id, snapshot_id, sender_profile_id, from_email, to_email, to_key, tags, message_id, provider_message_id,
          next_attempt_at, sweep_at, created_at, updated_at)
        SELECT r.id, ${workspaceId}::uuid, r."batchId", 'items', 'transactional', r.status::"SendStatus",
          r.delivery::"Delivery", r.id, '\\x00', r."templateId", ${snapshotId}::uuid, r."senderProfileId", 'hello@acme.test',
          r."to"[1], r."to"[1], r.tags, r.id, r."providerMessageId", r."createdAt", r."createdAt", r."createdAt", r."createdAt"
        FROM json_to_recordset(${JSON.stringify(sends)}::json)
          AS r(id uuid, "batchId" uuid, status text, delivery text, "templateId" uuid, "senderProfileId" uuid, "to" text[],
            tags text[], "providerMessageId" text, "createdAt" timestamptz)`;
      await prisma.$executeRaw`
        INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
        SELECT r."workspaceId", false, r.kind::"FacetKind", r.value, r."sendId"
        FROM json_to_recordset(${JSON.stringify(sends.flatMap(facetsOf))}::json)
          AS r("workspaceId" uuid, "sendId" uuid, kind text, value text)`;
    },
  };
}

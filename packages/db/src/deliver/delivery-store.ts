import type { ClaimedSend, SnapshotContent } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';
import { recordEvents } from './event-store.ts';

/** The content that a send is rendered from. */
export async function findSnapshot(prisma: PrismaClient, id: string): Promise<SnapshotContent> {
  return prisma.templateSnapshot.findUniqueOrThrow({
    where: { id },
    select: { id: true, kind: true, subject: true, html: true, text: true },
  });
}

/** Notes on a sender profile that SES refused it. */
export async function flagSender(
  prisma: PrismaClient,
  senderProfileId: string,
  reason: string,
): Promise<void> {
  await prisma.senderProfile.updateMany({ where: { id: senderProfileId }, data: { flaggedReason: reason } });
}

/**
 * Keeps SES's acceptance of an attempt whose lease had ended, as if SES had reported it, so that the send is
 * settled by it and not sent again.
 */
export async function recordEvidence(
  prisma: PrismaClient,
  send: Pick<ClaimedSend, 'id' | 'attempt'>,
  providerMessageId: string,
): Promise<void> {
  await recordEvents(prisma, [
    {
      sourceId: `answer:${send.attempt}`,
      type: 'send',
      sendId: send.id,
      attempt: send.attempt,
      providerMessageId,
      occurredAt: new Date(),
      isPermanentBounce: null,
      recipients: [],
      detail: { source: 'answer to the worker' },
    },
  ]);
}

/** Sends that are not finished, by status and lane. */
export async function countBacklog(
  prisma: PrismaClient,
): Promise<readonly { readonly status: string; readonly lane: string; readonly count: number }[]> {
  return prisma.$queryRaw`
    SELECT status::text, lane::text, count(*)::int AS count FROM (
      SELECT status, lane FROM email_sends WHERE status IN ('Scheduled', 'Queued')
      UNION ALL SELECT status, lane FROM email_sends WHERE status = 'Processing'
    ) AS unfinished GROUP BY status, lane`;
}

/** The bytes of one attachment of a workspace. */
export async function findAttachment(
  prisma: PrismaClient,
  workspaceId: string,
  hash: string,
): Promise<Uint8Array> {
  const contentHash = new Uint8Array(Buffer.from(hash, 'hex'));
  const { content } = await prisma.attachment.findUniqueOrThrow({
    where: { workspaceId_contentHash: { workspaceId, contentHash } },
    select: { content: true },
  });
  return content;
}

import { newId } from '@postroom/core';
import type { Database } from '@postroom/db';

/** What is said of sends that SES took. */
type Sent = { readonly workspaceId: string; readonly accountId?: string | null; readonly at: Date };

/** Writes sends that SES took, and answers their ids. */
export async function writeSent(
  { prisma }: Pick<Database, 'prisma'>,
  { workspaceId, accountId = null, at }: Sent,
  count = 1,
): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await prisma.emailSend.createMany({
    data: ids.map((id) => ({
      id,
      workspaceId,
      accountId,
      dialect: 'items',
      lane: 'transactional',
      status: 'Sent',
      fingerprint: new Uint8Array(32),
      snapshotId: newId(),
      fromEmail: 'a@acme.test',
      toEmail: 'b@acme.test',
      toKey: 'b@acme.test',
      messageId: newId(),
      nextAttemptAt: at,
      sweepAt: at,
      sentAt: at,
    })),
  });
  return ids;
}

import type { ReadRef, StoredSend } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { type SendRow, sendColumns, toStoredSend } from './send-row.ts';

/** One send that may be seen, or null. */
export async function findSend(
  prisma: PrismaClient,
  { workspaceId, id, isSimulated }: ReadRef,
): Promise<StoredSend | null> {
  const [row] = await prisma.$queryRaw<SendRow[]>`
    SELECT ${sendColumns}
    FROM email_sends s JOIN template_snapshots t ON t.id = s.snapshot_id
    WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
      AND coalesce(s.simulated = ${isSimulated ?? null}::boolean, true)`;
  return row === undefined ? null : toStoredSend(row);
}

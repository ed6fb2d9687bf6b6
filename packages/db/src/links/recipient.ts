import { newId } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellLastWord } from '../notify/tell-resources.ts';

/** The profiles of the send `s`: its own, which may have another address by now, and all that share the address it went to. */
export const recipients = Prisma.sql`(
  SELECT p.id FROM profiles p WHERE p.workspace_id = s.workspace_id AND p.email_key = s.to_key
  UNION
  SELECT p.id FROM profiles p WHERE p.id = s.profile_id AND p.workspace_id ${hides} s.workspace_id)`;

/**
 * Makes sure that somebody has the address of a send, who keeps it: what nobody has, nothing can be kept about. Of a send that was
 * erased nobody has.
 */
export async function ensureRecipient(prisma: PrismaClient, sendId: string): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO profiles (id, workspace_id, email, email_key)
    SELECT ${newId()}::uuid, s.workspace_id, s.to_email, s.to_key FROM email_sends s
    WHERE s.id = ${sendId}::uuid AND s.to_key <> ${erasedKey} AND NOT EXISTS (
      SELECT FROM profiles p WHERE p.workspace_id = s.workspace_id AND p.email_key = s.to_key AND NOT p.simulated)
    ON CONFLICT DO NOTHING`;
}

/** Tells of the subscriptions `written` that the link of a send has changed: parts of a statement, as `tellLastWord` makes them. */
export const toldByLink = (sendId: string): Prisma.Sql =>
  tellLastWord(
    Prisma.sql`(
      SELECT w.*, s.workspace_id, s.simulated, s.id AS send_id
      FROM written w CROSS JOIN email_sends s WHERE s.id = ${sendId}::uuid)`,
  );

import { Prisma } from '../generated/client.ts';
import type { Counts, Person, Tx } from './erase-sends.ts';
import { erasedMark, mentionOf } from './mention.ts';

/**
 * Takes the leases of tries under way that may post what their sends or profiles named before they were erased: what came of those is
 * not written down, and they are made again.
 */
async function endTries(tx: Tx, { workspaceId }: Person, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE webhook_notices n SET lease_token = NULL
    WHERE n.id = ANY(${[...ids]}::uuid[]) AND n.workspace_id = ${workspaceId}::uuid AND n.lease_token IS NOT NULL AND (
      EXISTS (SELECT FROM email_sends s WHERE s.id = n.send_id AND s.erased_at IS NOT NULL)
      OR n.facts ? 'profileId' AND NOT EXISTS (
        SELECT FROM profiles p WHERE p.id = (n.facts ->> 'profileId')::uuid))`;
}

/**
 * Removes what webhooks were told, or are to be told, that is about the person, or names the address; so may answers. Of what is
 * still to be told of others the log of its tries alone may name it: that is marked, and the rest goes on.
 */
export async function eraseNotices(tx: Tx, person: Person, ids: readonly string[]): Promise<Counts> {
  const { workspaceId, emailKey, profileIds } = person;
  const mention = mentionOf(emailKey);
  const marked = (column: Prisma.Sql) =>
    Prisma.sql`regexp_replace(${column}, ${mention}, ${erasedMark}, 'gi')`;
  // First: what is written down after this was taken before the erasure.
  await endTries(tx, person, ids);
  await tx.$executeRaw`
    UPDATE webhook_attempts a SET request = ${marked(Prisma.sql`a.request`)}, answer = ${marked(Prisma.sql`a.answer`)}
    FROM webhook_notices n
    WHERE n.id = ANY(${[...ids]}::uuid[]) AND n.workspace_id = ${workspaceId}::uuid AND n.state = 'pending'
      AND a.notice_id = n.id AND concat_ws(' ', a.request, a.answer) ~* ${mention}`;
  const notices = await tx.$executeRaw`
    DELETE FROM webhook_notices n
    WHERE n.id = ANY(${[...ids]}::uuid[]) AND n.workspace_id = ${workspaceId}::uuid AND (
      n.facts ->> 'profileId' = ANY(${[...profileIds]}::text[]) OR n.facts::text ~* ${mention}
      OR EXISTS (
        SELECT FROM webhook_attempts a
        WHERE a.notice_id = n.id AND (a.request ~* ${mention} OR a.answer ~* ${mention})))`;
  return { notices };
}

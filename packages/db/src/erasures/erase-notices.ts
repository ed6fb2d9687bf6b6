import { Prisma } from '../generated/client.ts';
import type { Counts, Person, Tx } from './erase-sends.ts';
import { erasedMark, mentionOf } from './mention.ts';

/**
 * Removes what webhooks were told, or are to be told, that is about the person, or names the address; so may answers. Of what is
 * still to be told of others the log of its tries alone may name it: that is marked, and the rest goes on.
 */
export async function eraseNotices(
  tx: Tx,
  { workspaceId, emailKey, profileIds }: Person,
  ids: readonly string[],
): Promise<Counts> {
  const mention = mentionOf(emailKey);
  const marked = (column: Prisma.Sql) =>
    Prisma.sql`regexp_replace(${column}, ${mention}, ${erasedMark}, 'gi')`;
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

import type { Counts, Person, Tx } from './erase-sends.ts';
import { mentionOf } from './mention.ts';

/** Removes what webhooks were told, or are to be told, that is about the person, or names the address; so may answers. */
export async function eraseNotices(
  tx: Tx,
  { workspaceId, emailKey, profileIds }: Person,
  ids: readonly string[],
): Promise<Counts> {
  const mention = mentionOf(emailKey);
  const notices = await tx.$executeRaw`
    DELETE FROM webhook_notices n
    WHERE n.id = ANY(${[...ids]}::uuid[]) AND n.workspace_id = ${workspaceId}::uuid AND (
      n.facts ->> 'profileId' = ANY(${[...profileIds]}::text[]) OR n.facts::text ~* ${mention}
      OR EXISTS (
        SELECT FROM webhook_attempts a
        WHERE a.notice_id = n.id AND (a.request ~* ${mention} OR a.answer ~* ${mention})))`;
  return { notices };
}

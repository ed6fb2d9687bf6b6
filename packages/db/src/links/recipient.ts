import { erasedEmail, newId } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { furtherRecipients } from '../further-recipients.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { lowered } from '../lowered.ts';
import { tellLastWord } from '../notify/tell-resources.ts';

/** What is asked of a send for one of its recipients. */
type RecipientOfSend = {
  readonly email: Prisma.Sql;
  readonly key: Prisma.Sql;
  /** Whether they are still known: nobody is who was erased. */
  readonly isKnown: Prisma.Sql;
};

/** A recipient of the send `alias` by their number among all that it names: 0 is the primary one. */
export function recipientAt(place: number, alias: 'c' | 's'): RecipientOfSend {
  const send = Prisma.raw(alias);
  if (place === 0) {
    const key = Prisma.sql`${send}.to_key`;
    return { email: Prisma.sql`${send}.to_email`, key, isKnown: Prisma.sql`${key} <> ${erasedKey}` };
  }
  const email = Prisma.sql`(${furtherRecipients(alias)} -> ${place - 1}::int ->> 'email')`;
  return { email, key: lowered(email), isKnown: Prisma.sql`coalesce(${email} <> ${erasedEmail}, false)` };
}

/** What an event keeps of a recipient of the send `s` whom it is about: their place, unless they are the primary one. */
export function aboutRecipientAt(place: number): Prisma.Sql {
  if (place === 0) return Prisma.sql`'{}'::jsonb`;
  const others = Prisma.sql`coalesce(jsonb_array_length(s.to_others), 0)`;
  const copies = Prisma.sql`coalesce(jsonb_array_length(s.cc), 0)`;
  const at = Prisma.sql`${place}::int`;
  return Prisma.sql`jsonb_build_object('recipients', jsonb_build_array(jsonb_build_object('recipient',
    CASE WHEN ${at} <= ${others} THEN 'to[' || ${at} || ']'
      WHEN ${at} <= ${others} + ${copies} THEN 'cc[' || (${at} - ${others} - 1) || ']' ELSE 'bcc' END)))`;
}

/**
 * The profiles of a recipient of the send `s`: all that share the address it went to, and of the primary one the send's own,
 * which may have another address by now.
 */
export function recipientsAt(place: number): Prisma.Sql {
  const sharing = Prisma.sql`
  SELECT p.id FROM profiles p WHERE p.workspace_id = s.workspace_id AND p.email_key = ${recipientAt(place, 's').key}`;
  if (place > 0) return Prisma.sql`(${sharing})`;
  return Prisma.sql`(${sharing}
  UNION
  SELECT p.id FROM profiles p WHERE p.id = s.profile_id AND p.workspace_id ${hides} s.workspace_id)`;
}

/**
 * Makes sure that somebody has the address of a recipient of a send, who keeps it: what nobody has, nothing can be kept about. Of
 * who was erased nobody has.
 */
export async function ensureRecipient(prisma: PrismaClient, sendId: string, place = 0): Promise<void> {
  const { email, key, isKnown } = recipientAt(place, 's');
  await prisma.$executeRaw`
    INSERT INTO profiles (id, workspace_id, email, email_key)
    SELECT ${newId()}::uuid, s.workspace_id, ${email}, ${key} FROM email_sends s
    WHERE s.id = ${sendId}::uuid AND ${isKnown} AND NOT EXISTS (
      SELECT FROM profiles p WHERE p.workspace_id = s.workspace_id AND p.email_key = ${key} AND NOT p.simulated)
    ON CONFLICT DO NOTHING`;
}

/** Tells of the subscriptions `written` that the link of a send has changed: parts of a statement, as `tellLastWord` makes them. */
export const toldByLink = (sendId: string): Prisma.Sql =>
  tellLastWord(
    Prisma.sql`(
      SELECT w.*, s.workspace_id, s.simulated, s.id AS send_id
      FROM written w CROSS JOIN email_sends s WHERE s.id = ${sendId}::uuid)`,
  );

import { Prisma } from './generated/client.ts';

/** All whom the send `alias` names beside its primary recipient, in the order of their numbers: the first of them is 1. */
export function furtherRecipients(alias: 'c' | 's'): Prisma.Sql {
  const send = Prisma.raw(alias);
  return Prisma.sql`(coalesce(${send}.to_others, '[]') || coalesce(${send}.cc, '[]') || coalesce(${send}.bcc, '[]'))`;
}

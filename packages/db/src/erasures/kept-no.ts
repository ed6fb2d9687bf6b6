import { Prisma } from '../generated/client.ts';

/*
 * Whoever had left a group, or been asked and not answered, when they were erased gets no mail of it: the no stays with the
 * hash of their address, beside whatever a profile that has the address by then says, until somebody says yes for the address.
 */

/**
 * Whether the person with this address, of which the hash is given, had left the group before they were erased. Nobody is hashed
 * where nobody had: that is known once for a statement.
 */
export const hadLeft = (groupId: Prisma.Sql, hiddenKey: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  EXISTS (SELECT FROM erased_unsubscribes)
  AND (SELECT u.group_id FROM erased_unsubscribes u WHERE u.email_key = ${hiddenKey} AND u.group_id = ${groupId}) IS NOT NULL)`;

/** Takes such noes back: those of groups and addresses, of which queries answer the ids and the hashes. */
export const takeBack = (groupIds: Prisma.Sql, hiddenKeys: Prisma.Sql): Prisma.Sql => Prisma.sql`
  DELETE FROM erased_unsubscribes WHERE email_key = ANY(ARRAY(${hiddenKeys})) AND group_id = ANY(ARRAY(${groupIds}))
  RETURNING group_id`;

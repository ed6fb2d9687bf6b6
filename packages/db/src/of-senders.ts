import type { SendOwner } from '@postroom/core';
import { Prisma } from './generated/client.ts';

/** Whether a row is of the sender profiles that its caller is limited to; of one that is not, every row is. */
export const isOfSenders = (
  column: Prisma.Sql,
  { senderProfileIds }: Pick<SendOwner, 'senderProfileIds'>,
): Prisma.Sql =>
  senderProfileIds == null
    ? Prisma.sql`true`
    : Prisma.sql`(${column} = ANY(${[...senderProfileIds]}::uuid[])) IS TRUE`;

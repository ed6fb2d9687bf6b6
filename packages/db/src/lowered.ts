import { Prisma } from './generated/client.ts';

/**
 * Text in small letters as JavaScript has them for ASCII, which is all that addresses, domains and names of SES are made of,
 * whatever the language of the database: in Turkish the small letter of I is no i. It is compared as the columns are, so that
 * their indexes serve.
 */
export const lowered = (text: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`lower(${text} COLLATE "C") COLLATE "default"`;

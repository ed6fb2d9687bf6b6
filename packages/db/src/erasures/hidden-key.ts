import { Prisma } from '../generated/client.ts';

/**
 * What stands for an address or an idempotency key that may no longer be kept: a hash with a secret of the workspace
 * that is never replaced, as that of its links may be: what is hidden has to be found again for good. Without a secret, whoever
 * reads a table could try all addresses that they know, and compare two workspaces.
 */
export const hiddenKey = (workspaceId: Prisma.Sql, text: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT 'erased:' || encode(sha256(k.hiding_secret || sha256(k.hiding_secret || convert_to(${text}, 'UTF8'))), 'hex')
  FROM workspaces k WHERE k.id = ${workspaceId})`;

import { Prisma } from '../generated/client.ts';

/**
 * What stands for an address or an idempotency key that may no longer be kept: a hash with the workspace's own secret.
 * Without the secret, whoever reads a table could try all addresses that they know, and compare two workspaces.
 */
export const hiddenKey = (workspaceId: Prisma.Sql, text: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT 'erased:' || encode(sha256(k.link_secret || sha256(k.link_secret || convert_to(${text}, 'UTF8'))), 'hex')
  FROM workspaces k WHERE k.id = ${workspaceId})`;

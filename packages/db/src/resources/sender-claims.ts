import { domainOf } from '@postroom/contracts';
import { assertNever } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/**
 * What speaks for mail from an address: the installation trusts everyone, or SES knows the domain or the address
 * itself as verified, or nothing does.
 */
export type SenderProof = 'trust' | 'domain' | 'address' | 'none';

/**
 * Whether a workspace may take a domain. One SES account serves all workspaces and does not know them apart, so a
 * domain belongs to the workspace that registered it, in whatever state it is, and one that nobody registered to
 * those that have a verified sender at it (docs/adr/0008).
 */
export const isDomainFree = (workspaceId: string, domain: string): Prisma.Sql => Prisma.sql`(
  NOT EXISTS (
    SELECT FROM domains other WHERE other.domain = ${domain}::text AND other.workspace_id <> ${workspaceId}::uuid)
  AND (
    EXISTS (
      SELECT FROM domains own WHERE own.domain = ${domain}::text AND own.workspace_id = ${workspaceId}::uuid)
    OR NOT EXISTS (
      SELECT FROM sender_profiles other
      WHERE split_part(other.from_key, '@', 2) = ${domain}::text AND other.verified_at IS NOT NULL
        AND other.workspace_id <> ${workspaceId}::uuid)))`;

/** Whether a workspace may take one address that SES verified by itself; a pending domain holds none of these. */
const isAddressFree = (workspaceId: string, fromKey: string): Prisma.Sql => Prisma.sql`(
  NOT EXISTS (
    SELECT FROM domains other
    WHERE other.domain = ${domainOf(fromKey)}::text AND other.status = 'verified'
      AND other.workspace_id <> ${workspaceId}::uuid)
  AND NOT EXISTS (
    SELECT FROM sender_profiles other
    WHERE other.from_key = ${fromKey}::text AND other.verified_at IS NOT NULL
      AND other.workspace_id <> ${workspaceId}::uuid))`;

/** Whether a proof counts for this workspace, as a condition. */
export function isProven(workspaceId: string, fromKey: string, proof: SenderProof): Prisma.Sql {
  switch (proof) {
    case 'trust':
      return Prisma.sql`true`;
    case 'domain':
      return isDomainFree(workspaceId, domainOf(fromKey));
    case 'address':
      return isAddressFree(workspaceId, fromKey);
    case 'none':
      return Prisma.sql`false`;
    default:
      return assertNever(proof);
  }
}

/**
 * Runs a statement that takes a domain or an address at it, after any other that does: each sees what the one before
 * it has taken.
 */
export async function takeInTurn<Row>(
  prisma: PrismaClient,
  domain: string,
  statement: Prisma.PrismaPromise<Row[]>,
): Promise<Row[]> {
  const [, rows] = await prisma.$transaction([
    prisma.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`sender domain ${domain}`}, 0))`,
    statement,
  ]);
  return rows;
}

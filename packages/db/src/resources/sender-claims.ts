import { domainOf } from '@postroom/contracts';
import { assertNever, type ModeOwner, type SenderProof } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { lowered } from '../lowered.ts';

/**
 * The verified domain that mail from a domain falls under: itself, or the nearest one above it, whosever it is. Mail
 * from `a.mail.example.com` is the business of who has `mail.example.com`, and not of who has `example.com`.
 */
const nearestDomain = (domain: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT near.id, near.workspace_id, near.domain
  FROM string_to_array(${domain}, '.') AS labels
  CROSS JOIN LATERAL generate_series(1, cardinality(labels) - 1) AS first
  CROSS JOIN LATERAL (SELECT * FROM domains WHERE domain = array_to_string(labels[first:], '.') OFFSET 0) near
  WHERE near.status = 'verified' ORDER BY first LIMIT 1)`;

/** Whether another workspace has a sender at a domain that was found verified. */
const hasSenderOfOthers = (domain: Prisma.Sql, workspaceId: Prisma.Sql): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT FROM sender_profiles other
  WHERE other.from_domain = ${domain} AND other.verified_at IS NOT NULL
    AND other.workspace_id <> ${workspaceId} OFFSET 0)`;

/**
 * The workspace's own verified domain that speaks for mail from a domain, as a table of one row or none: as with SES, a
 * verified domain stands for all below it, but for what another workspace has there (docs/adr/0008).
 */
export const ownDomainOver = (domain: Prisma.Sql, workspaceId: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT near.id FROM ${nearestDomain(domain)} AS near
  WHERE near.workspace_id = ${workspaceId}
    AND (near.domain = ${domain} OR NOT ${hasSenderOfOthers(domain, workspaceId)}))`;

/** Whether another workspace has the verified domain that a domain falls under. */
const isUnderOthers = (workspaceId: string, domain: string): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT FROM ${nearestDomain(Prisma.sql`${domain}::text`)} AS near WHERE near.workspace_id <> ${workspaceId}::uuid)`;

/**
 * Whether mail of a workspace from an address, given as it is compared, is another one's business by now: nothing speaks for it in
 * the workspace any more, and another one has the domain or a sender at it. In the order of what usually decides.
 */
export function isHeldElsewhere(workspaceId: Prisma.Sql, fromKey: Prisma.Sql): Prisma.Sql {
  const domain = Prisma.sql`split_part(${fromKey}, '@', 2)`;
  return Prisma.sql`(
  NOT EXISTS (
    SELECT FROM (
      SELECT verified_at FROM sender_profiles WHERE workspace_id = ${workspaceId} AND from_key = ${fromKey} OFFSET 0
    ) own WHERE own.verified_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM ${ownDomainOver(domain, workspaceId)} AS own)
  AND (
    EXISTS (SELECT FROM ${nearestDomain(domain)} AS near WHERE near.workspace_id <> ${workspaceId})
    OR ${hasSenderOfOthers(domain, workspaceId)}))`;
}

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
    OR NOT ${hasSenderOfOthers(Prisma.sql`${domain}::text`, Prisma.sql`${workspaceId}::uuid`)}))`;

/** Whether a workspace may take one address that SES verified by itself; a pending domain holds none of these. */
const isAddressFree = (workspaceId: string, fromKey: string): Prisma.Sql => Prisma.sql`(
  NOT ${isUnderOthers(workspaceId, domainOf(fromKey))}
  AND NOT EXISTS (
    SELECT FROM sender_profiles other
    WHERE other.from_key = ${fromKey}::text AND other.verified_at IS NOT NULL
      AND other.workspace_id <> ${workspaceId}::uuid))`;

/** Whether a workspace may send from a domain that SES knows as verified by itself, or through one above it. */
const isFreeThrough = (workspaceId: string, domain: string, through: string): Prisma.Sql => Prisma.sql`(
  ${isDomainFree(workspaceId, through)} AND ${isDomainFree(workspaceId, domain)}
  AND NOT ${isUnderOthers(workspaceId, domain)})`;

/** Whether a proof counts for this workspace, as a condition. */
export function isProven(workspaceId: string, fromKey: string, proof: SenderProof): Prisma.Sql {
  if (typeof proof === 'object') return isFreeThrough(workspaceId, domainOf(fromKey), proof.through);
  switch (proof) {
    case 'trust':
      return Prisma.sql`true`;
    case 'domain':
      return isFreeThrough(workspaceId, domainOf(fromKey), domainOf(fromKey));
    case 'address':
      return isAddressFree(workspaceId, fromKey);
    case 'none':
      return Prisma.sql`false`;
    default:
      return assertNever(proof);
  }
}

/**
 * Whether a workspace has fewer than so many rows in a table, which is one of our own words: of a mode of keys, where both
 * make them, so that a test key takes no room of live ones.
 */
export function hasRoom(
  table: 'domains' | 'sender_profiles' | 'subscription_groups',
  { workspaceId, isSimulated }: Pick<ModeOwner, 'workspaceId'> & Partial<ModeOwner>,
  max: number,
): Prisma.Sql {
  const ofMode =
    isSimulated === undefined ? Prisma.empty : Prisma.sql`AND kept.simulated = ${isSimulated}::boolean`;
  return Prisma.sql`(
  SELECT count(*) < ${max}::int FROM (
    SELECT FROM ${Prisma.raw(table)} kept
    WHERE kept.workspace_id = ${workspaceId}::uuid AND kept.id IS NOT NULL ${ofMode} LIMIT ${max}::int) AS kept)`;
}

/**
 * Whether a workspace may name a configuration set: the first one to name it has it. One SES account serves all
 * workspaces, and with the set of another come its events, and holds of its mail. Letters count in either case.
 */
export const isConfigurationSetFree = (workspaceId: string, name: string | null | undefined): Prisma.Sql => {
  if (name === null || name === undefined) return Prisma.sql`true`;
  const named = (whose: Prisma.Sql) => Prisma.sql`EXISTS (
    SELECT FROM sender_profiles named
    WHERE ${lowered(Prisma.sql`named.configuration_set`)} = ${lowered(Prisma.sql`${name}::text`)} AND named.workspace_id ${whose} ${workspaceId}::uuid)`;
  return Prisma.sql`(${named(Prisma.sql`=`)} OR NOT ${named(Prisma.sql`<>`)})`;
};

/**
 * Whether a workspace may have a tracking host that leads to us, whatever its port: the first one that was found to have it
 * has it. All workspaces are reached by the hosts of each, and what one sends through a host is held against its name.
 */
export const isTrackingHostFree = (workspaceId: string, host: string): Prisma.Sql => Prisma.sql`NOT EXISTS (
  SELECT FROM (
    SELECT workspace_id FROM sender_profiles
    WHERE tracking_host_name = split_part(${host}::text, ':', 2) AND tracking_host_checked_at IS NOT NULL OFFSET 0
  ) other WHERE other.workspace_id <> ${workspaceId}::uuid)`;

/** What a statement may take, of which others have to see what is left. */
export type Taken = {
  readonly domain?: string | undefined;
  /** The workspace whose rows are counted. */
  readonly roomOf?: string;
  readonly configurationSet?: string | null | undefined;
  readonly trackingHost?: string;
};

/** In one order for all, so that no two wait for each other. */
const locksOf = ({ domain, roomOf, configurationSet, trackingHost }: Taken): string[] => [
  ...(domain === undefined ? [] : [`sender domain ${domain.split('.').slice(-2).join('.')}`]),
  ...(roomOf === undefined ? [] : [`room of ${roomOf}`]),
  ...(configurationSet ? [`configuration set ${configurationSet.toLowerCase()}`] : []),
  ...(trackingHost === undefined ? [] : [`tracking host ${new URL(trackingHost).hostname}`]),
];

/**
 * Runs a statement that takes a domain or an address at it, after any other that does so at a domain with the same last
 * two labels, and likewise for room in a workspace and for a configuration set: each sees what the one before it has taken.
 */
export async function takeInTurn<Row>(
  prisma: PrismaClient,
  taken: Taken,
  statement: Prisma.PrismaPromise<Row[]>,
): Promise<Row[]> {
  const locks = locksOf(taken);
  if (locks.length === 0) return statement;
  const [, rows] = await prisma.$transaction([
    prisma.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(${locks}::text[]) AS name`,
    statement,
  ]);
  return rows;
}

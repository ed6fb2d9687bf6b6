import {
  type Address,
  addressKey,
  type CreateSenderProfile,
  type UpdateSenderProfile,
} from '@postroom/contracts';
import { newId } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { assignments, olderThan, textOf } from './fragments.ts';
import { type Page, type PageRequest, type ResourceRef, toPage } from './page.ts';

/** A sender profile; it is verified by itself or through its domain. */
export type StoredSenderProfile = {
  readonly id: string;
  readonly name: string;
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly configurationSet: string | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  readonly isVerified: boolean;
  readonly flaggedReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

type SenderProfileRow = {
  readonly id: string;
  readonly name: string;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly reply_to_email: string | null;
  readonly reply_to_name: string | null;
  readonly configuration_set: string | null;
  readonly track_clicks: boolean;
  readonly track_opens: boolean;
  readonly is_verified: boolean;
  readonly flagged_reason: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

const toSenderProfile = (row: SenderProfileRow): StoredSenderProfile => ({
  id: row.id,
  name: row.name,
  from: { email: row.from_email, name: row.from_name },
  replyTo: row.reply_to_email === null ? null : { email: row.reply_to_email, name: row.reply_to_name },
  configurationSet: row.configuration_set,
  trackClicks: row.track_clicks,
  trackOpens: row.track_opens,
  isVerified: row.is_verified,
  flaggedReason: row.flagged_reason,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.name, p.from_email, p.from_name, p.reply_to_email, p.reply_to_name, p.configuration_set,
         p.track_clicks, p.track_opens, (p.verified_at IS NOT NULL OR d.id IS NOT NULL) AS is_verified,
         p.flagged_reason, p.created_at, p.updated_at
  FROM ${source} p
  LEFT JOIN domains d ON d.workspace_id = p.workspace_id AND d.status = 'verified'
    AND d.domain = split_part(p.from_key, '@', 2)`;

const fromTable = selectFrom(Prisma.sql`sender_profiles`);
const fromWritten = selectFrom(Prisma.sql`written`);

/** Whether a new address counts as verified without asking SES. */
type Verification = { readonly isTrusted: boolean };

const verifiedAt = ({ isTrusted }: Verification) =>
  isTrusted ? Prisma.sql`now()` : Prisma.sql`NULL::timestamptz`;

async function create(
  prisma: PrismaClient,
  workspaceId: string,
  sender: CreateSenderProfile & Verification,
): Promise<StoredSenderProfile> {
  const [row] = await prisma.$queryRaw<SenderProfileRow[]>`
    WITH written AS (
      INSERT INTO sender_profiles (
        id, workspace_id, name, from_email, from_name, from_key, reply_to_email, reply_to_name,
        configuration_set, track_clicks, track_opens, verified_at)
      VALUES (
        ${newId()}::uuid, ${workspaceId}::uuid, ${sender.name}, ${sender.fromEmail}, ${sender.fromName ?? null},
        ${addressKey(sender.fromEmail)}, ${sender.replyTo?.email ?? null}, ${sender.replyTo?.name ?? null},
        ${sender.configurationSet ?? null}, ${sender.tracking?.clicks ?? false}::boolean,
        ${sender.tracking?.opens ?? false}::boolean, ${verifiedAt(sender)})
      RETURNING *)
    ${fromWritten}`;
  if (row === undefined) throw new Error('a sender profile that was just made is not there');
  return toSenderProfile(row);
}

const flagOf = (value: boolean | null | undefined) =>
  value === undefined ? undefined : Prisma.sql`${value ?? false}::boolean`;

/** A new address has to be verified anew, and what SES said of the old one no longer counts. */
function addressColumns(fromEmail: string | undefined, verification: Verification) {
  if (fromEmail === undefined) return {};
  const key = addressKey(fromEmail);
  return {
    from_email: Prisma.sql`${fromEmail}::text`,
    from_key: Prisma.sql`${key}::text`,
    verified_at: Prisma.sql`CASE WHEN from_key = ${key}::text THEN verified_at ELSE ${verifiedAt(verification)} END`,
    flagged_reason: Prisma.sql`CASE WHEN from_key = ${key}::text THEN flagged_reason END`,
  };
}

async function update(
  prisma: PrismaClient,
  { workspaceId, id }: ResourceRef,
  change: UpdateSenderProfile & Verification,
): Promise<StoredSenderProfile | null> {
  const { replyTo, tracking } = change;
  const set = assignments({
    name: textOf(change.name),
    ...addressColumns(change.fromEmail, change),
    from_name: textOf(change.fromName),
    reply_to_email: textOf(replyTo === null ? null : replyTo?.email),
    reply_to_name: textOf(replyTo === null ? null : replyTo?.name),
    configuration_set: textOf(change.configurationSet),
    track_clicks: flagOf(tracking === null ? false : tracking?.clicks),
    track_opens: flagOf(tracking === null ? false : tracking?.opens),
  });
  const [row] = await prisma.$queryRaw<SenderProfileRow[]>`
    WITH written AS (
      UPDATE sender_profiles SET ${set}
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
      RETURNING *)
    ${fromWritten}`;
  return row === undefined ? null : toSenderProfile(row);
}

async function setVerified(
  prisma: PrismaClient,
  { workspaceId, id }: ResourceRef,
  isVerified: boolean,
): Promise<StoredSenderProfile | null> {
  const [row] = await prisma.$queryRaw<SenderProfileRow[]>`
    WITH written AS (
      UPDATE sender_profiles SET
        verified_at = CASE WHEN ${isVerified}::boolean THEN coalesce(verified_at, now()) END,
        flagged_reason = CASE WHEN NOT ${isVerified}::boolean THEN flagged_reason END,
        updated_at = now()
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
      RETURNING *)
    ${fromWritten}`;
  return row === undefined ? null : toSenderProfile(row);
}

async function list(
  prisma: PrismaClient,
  workspaceId: string,
  { limit, cursor }: PageRequest,
): Promise<Page<StoredSenderProfile>> {
  const rows = await prisma.$queryRaw<SenderProfileRow[]>`
    ${fromTable} WHERE p.workspace_id = ${workspaceId}::uuid ${olderThan(Prisma.sql`p.id`, cursor)}
    ORDER BY p.id DESC LIMIT ${limit + 1}::int`;
  return toPage(rows, limit, toSenderProfile);
}

async function find(
  prisma: PrismaClient,
  { workspaceId, id }: ResourceRef,
): Promise<StoredSenderProfile | null> {
  const [row] = await prisma.$queryRaw<SenderProfileRow[]>`
    ${fromTable} WHERE p.workspace_id = ${workspaceId}::uuid AND p.id = ${id}::uuid`;
  return row === undefined ? null : toSenderProfile(row);
}

/** Sender profiles of a workspace, newest first in lists. */
export type SenderProfileStore = {
  create(workspaceId: string, sender: CreateSenderProfile & Verification): Promise<StoredSenderProfile>;
  find(ref: ResourceRef): Promise<StoredSenderProfile | null>;
  list(workspaceId: string, page: PageRequest): Promise<Page<StoredSenderProfile>>;
  /** A changed address loses its verification, unless new addresses are trusted. */
  update(ref: ResourceRef, change: UpdateSenderProfile & Verification): Promise<StoredSenderProfile | null>;
  /** Notes what was found out about the address; a verified one is no longer flagged. */
  setVerified(ref: ResourceRef, isVerified: boolean): Promise<StoredSenderProfile | null>;
};

/** Keeps sender profiles in PostgreSQL. */
export function createSenderProfileStore(prisma: PrismaClient): SenderProfileStore {
  return {
    create: (workspaceId, sender) => create(prisma, workspaceId, sender),
    find: (ref) => find(prisma, ref),
    list: (workspaceId, page) => list(prisma, workspaceId, page),
    update: (ref, change) => update(prisma, ref, change),
    setVerified: (ref, isVerified) => setVerified(prisma, ref, isVerified),
  };
}

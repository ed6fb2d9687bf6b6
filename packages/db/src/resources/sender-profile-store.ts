import {
  addressKey,
  type CreateSenderProfile,
  domainOf,
  maxSenderProfiles,
  type UpdateSenderProfile,
} from '@postroom/contracts';
import {
  type ModeOwner,
  newId,
  type Proven,
  type ResourceRef,
  type SenderChange,
  type SenderCreation,
  type SenderRefusal,
  type StoredSenderProfile,
} from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides, inOrder } from '../look-up.ts';
import { assignments, newestFirst, textOf } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import {
  hasRoom,
  isConfigurationSetFree,
  isProven,
  isTrackingHostFree,
  ownDomainOver,
  takeInTurn,
} from './sender-claims.ts';
import { isSenderVerified, type SenderPolicy } from './sender-policy.ts';

type SenderProfileRow = Omit<StoredSenderProfile, 'from' | 'replyTo'> & {
  readonly fromEmail: string;
  readonly fromName: string | null;
  readonly replyToEmail: string | null;
  readonly replyToName: string | null;
};

const toSenderProfile = (row: SenderProfileRow): StoredSenderProfile => {
  const { fromEmail, fromName, replyToEmail, replyToName, ...sender } = row;
  const replyTo = replyToEmail === null ? null : { email: replyToEmail, name: replyToName };
  return { ...sender, from: { email: fromEmail, name: fromName }, replyTo };
};

const selectFrom = (policy: SenderPolicy, table: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.name, p.from_email AS "fromEmail", p.from_name AS "fromName", p.reply_to_email AS "replyToEmail",
         p.reply_to_name AS "replyToName", p.configuration_set AS "configurationSet",
         p.account_id AS "accountId",
         p.track_clicks AS "trackClicks", p.track_opens AS "trackOpens", p.track_text AS "trackText",
         p.tracking_host AS "trackingHost", p.tracking_host_checked_at IS NOT NULL AS "isTrackingHostVerified",
         p.tracking_host_problem AS "trackingHostProblem",
         ${isSenderVerified(policy)} AS "isVerified", p.flagged_reason AS "flaggedReason",
         p.created_at AS "createdAt", p.updated_at AS "updatedAt"
  FROM ${table} p
  LEFT JOIN LATERAL ${ownDomainOver(Prisma.sql`p.from_domain`, Prisma.sql`p.workspace_id`)} d ON true`;

const fromTable = (policy: SenderPolicy) => selectFrom(policy, Prisma.sql`sender_profiles`);
const fromWritten = (policy: SenderPolicy) => selectFrom(policy, Prisma.sql`written`);

const flagOf = (value: boolean | null | undefined) =>
  value === undefined ? undefined : Prisma.sql`${value ?? false}::boolean`;

/** A new address has to be verified anew, and what SES said of the old one no longer counts. */
function addressColumns(
  workspaceId: string,
  fromEmail: string | undefined,
  { proof }: Pick<Proven, 'proof'>,
) {
  if (fromEmail === undefined) return {};
  const key = addressKey(fromEmail);
  const isKept = Prisma.sql`from_key = ${key}::text`;
  const verified = Prisma.sql`CASE WHEN ${isProven(workspaceId, key, proof)} THEN now() END`;
  return {
    from_email: Prisma.sql`${fromEmail}::text`,
    from_key: Prisma.sql`${key}::text`,
    verified_at: Prisma.sql`CASE WHEN ${isKept} THEN verified_at ELSE ${verified} END`,
    flagged_reason: Prisma.sql`CASE WHEN ${isKept} THEN flagged_reason END`,
  };
}

const hasSenderRoom = (owner: ModeOwner) => hasRoom('sender_profiles', owner, maxSenderProfiles);

/** Whether a live key may have the profile of a row: it is one of live keys, or there is room for one more of them. */
const mayBeLive = (workspaceId: string) =>
  Prisma.sql`(NOT simulated OR ${hasSenderRoom({ workspaceId, isSimulated: false })})`;

/** What is wrong with a tracking host that another workspace has. */
const heldHost = 'Another workspace has it.';

/** Another host has to be asked anew. */
function trackingHostColumns(host: string | null | undefined) {
  if (host === undefined) return {};
  const isKept = Prisma.sql`tracking_host ${hides} ${host}::text`;
  return {
    tracking_host: Prisma.sql`${host}::text`,
    tracking_host_checked_at: Prisma.sql`CASE WHEN ${isKept} THEN tracking_host_checked_at END`,
    tracking_host_problem: Prisma.sql`CASE WHEN ${isKept} THEN tracking_host_problem END`,
  };
}

/**
 * Sender profiles of a workspace, newest first in lists. A proof by SES counts only while no other workspace has the
 * domain or the address; a profile whose proof does not count is kept and not verified.
 */
export class SenderProfileStore {
  readonly #prisma: PrismaClient;
  readonly #policy: SenderPolicy;

  constructor(prisma: PrismaClient, policy: SenderPolicy) {
    this.#prisma = prisma;
    this.#policy = policy;
  }

  /** Why one with this configuration set could not be made now; null: it could. */
  async refusalOf(
    { workspaceId, isSimulated }: ModeOwner,
    configurationSet: string | null | undefined,
  ): Promise<SenderRefusal | null> {
    const [row] = await this.#prisma.$queryRaw<{ readonly hasRoom: boolean; readonly isFree: boolean }[]>`
      SELECT ${hasSenderRoom({ workspaceId, isSimulated })} AS "hasRoom",
             ${isConfigurationSetFree(workspaceId, configurationSet)} AS "isFree"`;
    if (!row?.hasRoom) return { kind: 'full' };
    return row.isFree ? null : { kind: 'set_held' };
  }

  async create(
    owner: ModeOwner,
    sender: CreateSenderProfile & Pick<Proven, 'proof'>,
  ): Promise<SenderCreation> {
    const { workspaceId, isSimulated } = owner;
    const { configurationSet } = sender;
    const key = addressKey(sender.fromEmail);
    const statement = this.#prisma.$queryRaw<SenderProfileRow[]>`
      WITH written AS (
        INSERT INTO sender_profiles (
          id, workspace_id, name, from_email, from_name, from_key, reply_to_email, reply_to_name,
          configuration_set, track_clicks, track_opens, track_text, tracking_host, verified_at,
          simulated)
        SELECT
          ${newId()}::uuid, ${workspaceId}::uuid, ${sender.name}, ${sender.fromEmail}, ${sender.fromName ?? null},
          ${key}, ${sender.replyTo?.email ?? null}, ${sender.replyTo?.name ?? null},
          ${configurationSet ?? null}, ${sender.tracking?.clicks ?? false}::boolean,
          ${sender.tracking?.opens ?? false}::boolean, ${sender.tracking?.text ?? false}::boolean,
          ${sender.trackingHost ?? null},
          CASE WHEN ${isProven(workspaceId, key, sender.proof)} THEN now() END,
          ${isSimulated}::boolean
        WHERE ${hasSenderRoom({ workspaceId, isSimulated })}
          AND ${isConfigurationSetFree(workspaceId, configurationSet)}
        RETURNING *)
      ${fromWritten(this.#policy)}`;
    const taken = { domain: domainOf(key), roomOf: workspaceId, configurationSet };
    const [row] = await takeInTurn(this.#prisma, taken, statement);
    if (row !== undefined) return { kind: 'created', sender: toSenderProfile(row) };
    // What stood in the way may have gone since.
    return (await this.refusalOf(owner, configurationSet)) ?? this.create(owner, sender);
  }

  async find({ workspaceId, id }: ResourceRef): Promise<StoredSenderProfile | null> {
    const [row] = await this.#prisma.$queryRaw<SenderProfileRow[]>`
      ${fromTable(this.#policy)} WHERE p.workspace_id = ${workspaceId}::uuid AND p.id = ${id}::uuid`;
    return row === undefined ? null : toSenderProfile(row);
  }

  async list(workspaceId: string, request: PageRequest): Promise<Page<StoredSenderProfile>> {
    const { where, page } = newestFirst('p', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<SenderProfileRow[]>`
      ${fromTable(this.#policy)} WHERE ${where} ${page}`,
    );
    return toPage(rows, request.limit, toSenderProfile);
  }

  /**
   * A changed address is verified by its own proof alone, of the account that it is sent through; one that stays keeps what it had.
   * What a test key made is a live one's from then on, if there is room for it.
   */
  async update(
    { workspaceId, id }: ResourceRef,
    change: UpdateSenderProfile & Proven,
  ): Promise<SenderChange> {
    const { fromEmail, replyTo, tracking, trackingHost, configurationSet, accountId } = change;
    const set = assignments({
      name: textOf(change.name),
      ...addressColumns(workspaceId, fromEmail, change),
      from_name: textOf(change.fromName),
      reply_to_email: textOf(replyTo === null ? null : replyTo?.email),
      reply_to_name: textOf(replyTo === null ? null : replyTo?.name),
      configuration_set: textOf(configurationSet),
      track_clicks: flagOf(tracking === null ? false : tracking?.clicks),
      track_opens: flagOf(tracking === null ? false : tracking?.opens),
      track_text: flagOf(tracking === null ? false : tracking?.text),
      ...trackingHostColumns(trackingHost),
      simulated: Prisma.sql`false`,
    });
    const statement = this.#prisma.$queryRaw<SenderProfileRow[]>`
      WITH written AS (
        UPDATE sender_profiles SET ${set}
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
          AND ${isConfigurationSetFree(workspaceId, configurationSet)}
          AND (${fromEmail === undefined}::boolean OR account_id ${hides} ${accountId}::uuid)
          AND ${mayBeLive(workspaceId)}
        RETURNING *)
      ${fromWritten(this.#policy)}`;
    const domain = fromEmail === undefined ? undefined : domainOf(addressKey(fromEmail));
    const taken = { domain, roomOf: workspaceId, configurationSet };
    const [row] = await takeInTurn(this.#prisma, taken, statement);
    if (row !== undefined) return { kind: 'changed', sender: toSenderProfile(row) };
    const found = await this.find({ workspaceId, id });
    if (found === null) return { kind: 'missing' };
    if (!(await this.mayBeLive({ workspaceId, id }))) return { kind: 'full' };
    return { kind: fromEmail !== undefined && found.accountId !== accountId ? 'moved' : 'set_held' };
  }

  /** False: a test key made the profile, and there is no room for one more of live keys. */
  async mayBeLive({ workspaceId, id }: ResourceRef): Promise<boolean> {
    const [row] = await this.#prisma.$queryRaw<{ readonly mayBe: boolean }[]>`
      SELECT ${mayBeLive(workspaceId)} AS "mayBe" FROM sender_profiles
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid`;
    return row?.mayBe ?? true;
  }

  /**
   * Notes what a live key found out about `email`; one that is verified is no longer flagged. Null also when the profile
   * has another address, or goes through another account, by now. One that finds no room among those of live keys stays a test key's.
   */
  async recordProof(
    { workspaceId, id }: ResourceRef,
    { email, proof, accountId }: Proven & { readonly email: string },
  ): Promise<StoredSenderProfile | null> {
    const key = addressKey(email);
    const statement = this.#prisma.$queryRaw<SenderProfileRow[]>`
      WITH proven AS (SELECT ${isProven(workspaceId, key, proof)} AS it),
      written AS (
        UPDATE sender_profiles SET
          verified_at = CASE WHEN proven.it THEN coalesce(verified_at, now()) END,
          flagged_reason = CASE WHEN NOT proven.it THEN flagged_reason END,
          simulated = NOT ${mayBeLive(workspaceId)}, updated_at = now()
        FROM proven
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND from_key = ${key}::text
          AND account_id ${hides} ${accountId}::uuid
        RETURNING sender_profiles.*)
      ${fromWritten(this.#policy)}`;
    const [row] = await takeInTurn(this.#prisma, { domain: domainOf(key), roomOf: workspaceId }, statement);
    return row === undefined ? null : toSenderProfile(row);
  }

  /**
   * Notes whether `host` leads to us and is no other workspace's; null also when the profile has another host by now.
   */
  async recordTrackingHost(
    { workspaceId, id }: ResourceRef,
    { host, problem }: { readonly host: string; readonly problem: string | null },
  ): Promise<StoredSenderProfile | null> {
    const isFree = isTrackingHostFree(workspaceId, host);
    const statement = this.#prisma.$queryRaw<SenderProfileRow[]>`
      WITH found AS (
        SELECT CASE WHEN ${problem}::text IS NULL AND NOT ${isFree} THEN ${heldHost} ELSE ${problem}::text END AS problem
      ), written AS (
        UPDATE sender_profiles SET
          tracking_host_checked_at = CASE WHEN found.problem IS NULL THEN now() END,
          tracking_host_problem = found.problem, updated_at = now()
        FROM found
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND tracking_host ${hides} ${host}::text
        RETURNING sender_profiles.*)
      ${fromWritten(this.#policy)}`;
    const [row] = await takeInTurn(this.#prisma, { trackingHost: host }, statement);
    return row === undefined ? null : toSenderProfile(row);
  }
}

import type { SuppressionReason } from '@postroom/contracts';
import {
  type Directory,
  type KnownProfile,
  type KnownSender,
  type KnownTemplate,
  type ModeOwner,
  type NewProfile,
  newId,
  type SendOwner,
  type Wanted,
} from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';
import { findSuppressed } from '../resources/find-suppressed.ts';
import { ownDomainOver } from '../resources/sender-claims.ts';
import { isSenderVerified, type SenderPolicy, strictSenderPolicy } from '../resources/sender-policy.ts';
import { parseObject } from '../stored-json.ts';
import { ensureProfiles } from './ensure-profiles.ts';
import { type Found, findProfiles, firstBy, inMode, isOfMode } from './find-profiles.ts';

type TemplateRow = {
  readonly id: string;
  readonly is_active: boolean;
  readonly sender_profile_id: string | null;
  readonly snapshot_id: string;
  readonly snapshot_subject: string;
  readonly required_variables: string[] | null;
};

type SenderRow = {
  readonly id: string;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly from_key: string;
  readonly reply_to_email: string | null;
  readonly reply_to_name: string | null;
  readonly configuration_set: string | null;
  readonly account_id: string | null;
  readonly track_clicks: boolean;
  readonly track_opens: boolean;
  readonly track_text: boolean;
  readonly tracking_host: string | null;
  readonly is_verified: boolean;
  readonly simulated: boolean;
};

const toSender = (row: SenderRow): KnownSender => ({
  id: row.id,
  from: { email: row.from_email, name: row.from_name },
  fromKey: row.from_key,
  replyTo: row.reply_to_email === null ? null : { email: row.reply_to_email, name: row.reply_to_name },
  configurationSet: row.configuration_set,
  accountId: row.account_id,
  trackClicks: row.track_clicks,
  trackOpens: row.track_opens,
  trackText: row.track_text,
  trackingHost: row.tracking_host,
  isVerified: row.is_verified,
});

type ProfileContextRow = {
  readonly id: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly attributes: string;
};

const hasName = (found: Found<unknown>) => found.hasName;

/** Looks up what a batch names, and makes the recipients that it names for the first time. */
export class DirectoryStore {
  readonly #sql: Sql;
  readonly #policy: SenderPolicy;

  constructor(sql: Sql, policy: SenderPolicy = strictSenderPolicy) {
    this.#sql = sql;
    this.#policy = policy;
  }

  async lookUp(owner: SendOwner, wanted: Wanted): Promise<Directory> {
    const { workspaceId, senderProfileIds } = owner;
    const allowed = senderProfileIds == null ? null : new Set(senderProfileIds);
    const isAllowed = ({ id }: KnownSender) => allowed === null || allowed.has(id);
    const templatesAndSenders = async () => {
      const templates = await this.#findTemplates(workspaceId, wanted.templateIds);
      const ids = [...wanted.senderIds, ...templates.flatMap(({ senderProfileId }) => senderProfileId ?? [])];
      const senders = await this.#findSenders(owner, { ids, fromKeys: wanted.fromKeys });
      const others = senders.filter((sender) => !isAllowed(sender));
      // Of profiles that share an address, those first that its caller may send from.
      return { templates, senders: [...senders.filter(isAllowed), ...others] };
    };
    const [{ templates, senders }, domains, groupIds, { profiles, fullKeys }] = await Promise.all([
      templatesAndSenders(),
      this.#findVerifiedDomains(workspaceId, wanted.fromKeys),
      this.#findGroupIds(owner, wanted.groupIds),
      findProfiles(this.#sql, owner, wanted),
    ]);
    const named = profiles.filter(hasName);
    return {
      templates: firstBy(templates, ({ id }) => id),
      sendersById: firstBy(senders, ({ id }) => id),
      sendersByFromKey: firstBy(senders.filter(hasName), ({ fromKey }) => fromKey),
      verifiedDomains: new Set(domains),
      allowedSenderIds: allowed,
      groupIds: new Set(groupIds),
      profilesById: firstBy(profiles, ({ id }) => id),
      profilesByExternalId: firstBy(named, ({ externalId }) => externalId),
      profilesByEmailKey: firstBy(named, ({ emailKey }) => emailKey),
      fullKeys: new Set(fullKeys),
    };
  }

  ensureProfiles(owner: ModeOwner, profiles: readonly NewProfile[]): Promise<readonly KnownProfile[]> {
    return ensureProfiles(this.#sql, owner, profiles);
  }

  /**
   * The group of marketing mail, made when the workspace has none: recipients are in it until they say no. Of callers that make it
   * at once one wins, by the index on the default group; whoever makes another one the default has the workspace's row meanwhile.
   */
  async ensureMarketingGroup(workspaceId: string): Promise<string> {
    const existing = await this.findMarketingGroup(workspaceId);
    if (existing !== null) return existing;
    const [made] = await this.#sql.query<{ readonly id: string }>`
    WITH owner AS MATERIALIZED (SELECT id FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE)
    INSERT INTO subscription_groups (id, workspace_id, name, type, marketing_default)
    SELECT ${newId()}::uuid, (SELECT id FROM owner), 'Marketing', 'OptOut'::"GroupType", true
    ON CONFLICT DO NOTHING
    RETURNING id`;
    return made?.id ?? this.ensureMarketingGroup(workspaceId);
  }

  /** The group of marketing mail; null when the workspace has none. */
  async findMarketingGroup(workspaceId: string): Promise<string | null> {
    const [group] = await this.#sql.query<{ readonly id: string }>`
    SELECT id FROM subscription_groups WHERE workspace_id = ${workspaceId}::uuid AND marketing_default`;
    return group?.id ?? null;
  }

  findSuppressed(
    workspaceId: string,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, SuppressionReason>> {
    return findSuppressed(this.#sql, workspaceId, keys);
  }

  /** What templates see of profiles, by id. */
  async profileContexts(
    workspaceId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#sql.query<ProfileContextRow>`
    SELECT p.id, p.email, p.external_id AS "externalId", p.attributes::text AS attributes
    FROM unnest(${[...ids]}::uuid[]) AS w(id)
    CROSS JOIN LATERAL (SELECT * FROM profiles WHERE id = w.id OFFSET 0) p
    WHERE p.workspace_id = ${workspaceId}::uuid`;
    return new Map(
      rows.map(({ attributes, ...named }) => [named.id, { ...parseObject(attributes), ...named }]),
    );
  }

  async #findTemplates(workspaceId: string, ids: readonly string[]): Promise<KnownTemplate[]> {
    if (ids.length === 0) return [];
    const rows = await this.#sql.query<TemplateRow>`
    /* find_templates */
    SELECT t.id, t.status = 'Active' AS is_active, t.sender_profile_id, s.id AS snapshot_id,
           s.subject AS snapshot_subject, s.required_variables
    FROM ${each(Prisma.sql`${ids}::uuid[]`)} AS w(id)
    CROSS JOIN LATERAL (SELECT * FROM templates WHERE id = w.id OFFSET 0) t
    CROSS JOIN LATERAL (SELECT * FROM template_snapshots WHERE id = t.current_snapshot_id OFFSET 0) s
    WHERE t.workspace_id = ${workspaceId}::uuid`;
    return rows.map((row) => ({
      id: row.id,
      isActive: row.is_active,
      senderProfileId: row.sender_profile_id,
      snapshotId: row.snapshot_id,
      snapshotSubject: row.snapshot_subject,
      requiredVariables: row.required_variables ?? [],
    }));
  }

  /** Verified ones first, then the oldest, so that the first of an address is the one to use. */
  async #findSenders(
    { workspaceId, isSimulated }: ModeOwner,
    wanted: { readonly ids: readonly string[]; readonly fromKeys: readonly string[] },
  ): Promise<Found<KnownSender>[]> {
    if (wanted.ids.length + wanted.fromKeys.length === 0) return [];
    const rows = await this.#sql.query<SenderRow>`
    /* find_senders */
    SELECT p.id, p.from_email, p.from_name, p.from_key, p.reply_to_email, p.reply_to_name,
           p.configuration_set, p.account_id, p.track_clicks, p.track_opens, p.track_text, p.simulated,
           CASE WHEN p.tracking_host_checked_at IS NOT NULL THEN p.tracking_host END AS tracking_host,
           ${isSenderVerified(this.#policy)} AS is_verified
    FROM (
      SELECT p.* FROM ${each(Prisma.sql`${wanted.ids}::uuid[]`)} AS w(id)
      CROSS JOIN LATERAL (SELECT * FROM sender_profiles WHERE id = w.id OFFSET 0) p
      UNION
      SELECT p.* FROM ${each(Prisma.sql`${wanted.fromKeys}::text[]`)} AS w(from_key) CROSS JOIN LATERAL (
        SELECT * FROM sender_profiles
        WHERE workspace_id = ${workspaceId}::uuid AND from_key = w.from_key AND ${isOfMode(isSimulated)} OFFSET 0) p
    ) p
    LEFT JOIN LATERAL ${ownDomainOver(Prisma.sql`p.from_domain`, Prisma.sql`p.workspace_id`)} d ON true
    WHERE p.workspace_id = ${workspaceId}::uuid
    ORDER BY is_verified DESC, p.id`;
    return rows.map((row) => inMode(isSimulated, toSender(row), row.simulated));
  }

  /** Those of the addresses' domains that a verified domain of the workspace speaks for. */
  async #findVerifiedDomains(workspaceId: string, fromKeys: readonly string[]): Promise<string[]> {
    if (fromKeys.length === 0) return [];
    const domains = [...new Set(fromKeys.map((key) => key.slice(key.lastIndexOf('@') + 1)))];
    const over = ownDomainOver(Prisma.sql`wanted.domain`, Prisma.sql`${workspaceId}::uuid`);
    const rows = await this.#sql.query<{ readonly domain: string }>`
    /* find_domains */
    SELECT wanted.domain FROM ${each(Prisma.sql`${domains}::text[]`)} AS wanted(domain) CROSS JOIN LATERAL ${over} AS own`;
    return rows.map(({ domain }) => domain);
  }

  async #findGroupIds({ workspaceId, isSimulated }: ModeOwner, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.#sql.query<{ readonly id: string }>`
    /* find_groups */
    SELECT g.id FROM ${each(Prisma.sql`${ids}::uuid[]`)} AS w(id)
    CROSS JOIN LATERAL (SELECT id, workspace_id, simulated FROM subscription_groups WHERE id = w.id OFFSET 0) g
    WHERE g.workspace_id = ${workspaceId}::uuid AND ${isOfMode(isSimulated)}`;
    return rows.map(({ id }) => id);
  }
}

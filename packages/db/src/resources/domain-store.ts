import { maxDomains } from '@postroom/contracts';
import {
  type DomainCreation,
  type DomainStanding,
  type DomainState,
  newId,
  type ResourceRef,
  type StoredDomain,
} from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { tellDomains } from '../notify/tell-resources.ts';
import { newestFirst } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import { hasRoom, isDomainFree, takeInTurn } from './sender-claims.ts';

const columns = Prisma.sql`
  id, domain, status::text, dns_records AS "dnsRecords", checked_at AS "checkedAt", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

const jsonOf = (records: DomainState['dnsRecords']) => (records === null ? null : JSON.stringify(records));

type StandingRow = { readonly ownId: string | null; readonly isFree: boolean; readonly hasRoom: boolean };

/** The senders `p` at the domain that `d` names, and below it. */
const areUnderDomain = Prisma.sql`p.workspace_id = d.workspace_id
  AND right('.' || p.from_domain, length(d.domain) + 1) = '.' || d.domain`;

/** Domains of a workspace, newest first in lists; no two workspaces have the same one. */
export class DomainStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async standing(workspaceId: string, domain: string): Promise<DomainStanding> {
    const [row] = await this.#prisma.$queryRaw<StandingRow[]>`
      SELECT (SELECT id FROM domains WHERE workspace_id = ${workspaceId}::uuid AND domain = ${domain}) AS "ownId",
             ${isDomainFree(workspaceId, domain)} AS "isFree",
             ${hasRoom('domains', { workspaceId }, maxDomains)} AS "hasRoom"`;
    if (row?.ownId) return { kind: 'exists', id: row.ownId };
    if (!row?.isFree) return { kind: 'held' };
    return { kind: row.hasRoom ? 'free' : 'full' };
  }

  /** Stores a domain, unless it exists, has become another workspace's, or is one too many. */
  async create(
    workspaceId: string,
    added: DomainState & { readonly domain: string },
  ): Promise<DomainCreation> {
    const { domain, status, dnsRecords, checkedAt } = added;
    const statement = this.#prisma.$queryRaw<StoredDomain[]>`
      INSERT INTO domains (id, workspace_id, domain, status, dns_records, checked_at)
      SELECT ${newId()}::uuid, ${workspaceId}::uuid, ${domain}, ${status}::"DomainStatus",
             coalesce(${jsonOf(dnsRecords)}::jsonb, '[]'), ${checkedAt}::timestamptz
      WHERE ${isDomainFree(workspaceId, domain)} AND ${hasRoom('domains', { workspaceId }, maxDomains)}
      ON CONFLICT DO NOTHING
      RETURNING ${columns}`;
    const [made] = await takeInTurn(this.#prisma, { domain, roomOf: workspaceId }, statement);
    if (made !== undefined) return { kind: 'created', domain: made };
    const found = await this.standing(workspaceId, domain);
    // Whoever had it has given it up since.
    return found.kind === 'free' ? this.create(workspaceId, added) : found;
  }

  async find({ workspaceId, id }: ResourceRef): Promise<StoredDomain | null> {
    const [row] = await this.#prisma.$queryRaw<StoredDomain[]>`
      SELECT ${columns} FROM domains WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid`;
    return row ?? null;
  }

  async list(workspaceId: string, request: PageRequest): Promise<Page<StoredDomain>> {
    const { where, page } = newestFirst('domains', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredDomain[]>`
      SELECT ${columns} FROM domains
      WHERE ${where} ${page}`,
    );
    return toPage(rows, request.limit, (row) => row);
  }

  /**
   * Notes what was found out. Once verified its senders, and those below it, are no longer flagged; when it ceases
   * to be, they cease as well, and one that SES verified by its address has to be refreshed.
   */
  async record(
    { workspaceId, id }: ResourceRef,
    { status, dnsRecords, checkedAt }: DomainState,
  ): Promise<StoredDomain | null> {
    const [row] = await this.#prisma.$queryRaw<StoredDomain[]>`
      WITH before AS (
        SELECT id, status FROM domains WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE),
      d AS (
        UPDATE domains SET
          status = ${status}::"DomainStatus",
          dns_records = coalesce(${jsonOf(dnsRecords)}::jsonb, dns_records),
          checked_at = coalesce(${checkedAt}::timestamptz, checked_at),
          updated_at = now()
        FROM before WHERE domains.id = before.id
        RETURNING domains.*, before.status AS status_before),
      told AS (${tellDomains(Prisma.sql`(SELECT * FROM d WHERE status <> status_before)`)}),
      unflagged AS (
        UPDATE sender_profiles p SET flagged_reason = NULL, updated_at = now()
        FROM d WHERE ${areUnderDomain} AND d.status = 'verified' AND p.flagged_reason IS NOT NULL
          AND p.account_id IS NULL),
      unverified AS (
        UPDATE sender_profiles p SET verified_at = NULL, updated_at = now()
        FROM d WHERE ${areUnderDomain} AND d.status_before = 'verified' AND d.status <> 'verified'
          AND p.verified_at IS NOT NULL AND p.account_id IS NULL)
      SELECT ${columns} FROM d`;
    return row ?? null;
  }

  /** Answers whether there was one; the senders of a verified one cease to be verified, but for those of other accounts. */
  async remove({ workspaceId, id }: ResourceRef): Promise<boolean> {
    const removed = await this.#prisma.$queryRaw<{ readonly id: string }[]>`
      WITH d AS (
        DELETE FROM domains WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid RETURNING *),
      unverified AS (
        UPDATE sender_profiles p SET verified_at = NULL, updated_at = now()
        FROM d WHERE ${areUnderDomain} AND d.status = 'verified' AND p.verified_at IS NOT NULL
          AND p.account_id IS NULL)
      SELECT id FROM d`;
    return removed.length > 0;
  }
}

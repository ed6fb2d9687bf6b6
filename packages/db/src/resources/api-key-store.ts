import { type GrantableScope, type operatorScope, shownScopes } from '@postroom/contracts';
import {
  type Caller,
  hashApiKey,
  type KeyMode,
  modeOfApiKey,
  newId,
  prefixOfApiKey,
  type ResourceRef,
} from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { each, hides, inOrder } from '../look-up.ts';
import { newestFirst } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';

/** What may be shown of a key: neither the key itself nor its hash. */
export type StoredApiKey = {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly (GrantableScope | typeof operatorScope)[];
  readonly mode: KeyMode;
  /** The sender profiles that it is limited to; null: it is not. */
  readonly senderProfileIds: readonly string[] | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
};

type NewApiKey = Pick<StoredApiKey, 'mode' | 'name' | 'scopes' | 'senderProfileIds'> & {
  readonly key: string;
};

type ApiKeyRow = Omit<StoredApiKey, 'scopes'> & { readonly scopes: readonly string[] | null };

const toApiKey = (row: ApiKeyRow): StoredApiKey => ({
  ...row,
  scopes: shownScopes.filter((scope) => row.scopes?.includes(scope)),
});

const columns = Prisma.sql`
  id, name, prefix, scopes, mode, sender_profile_ids AS "senderProfileIds", created_at AS "createdAt", revoked_at AS "revokedAt"`;

/** What of a workspace's keys may be seen: of one mode or both, and limited to no other sender profiles than these. */
export type KeySight = {
  readonly mode?: KeyMode | undefined;
  readonly senderProfileIds?: readonly string[] | null;
};

const isSeen = ({ mode, senderProfileIds }: KeySight) => {
  const isOfMode = mode === undefined ? Prisma.sql`true` : Prisma.sql`mode = ${mode}::"KeyMode"`;
  if (senderProfileIds == null) return isOfMode;
  return Prisma.sql`${isOfMode} AND (sender_profile_ids <@ ${[...senderProfileIds]}::uuid[]) IS TRUE`;
};

/** API keys of a workspace, newest first in lists, the revoked ones among them. */
export class ApiKeyStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Answers who a key belongs to; null when it is unknown or revoked. */
  async findCaller(key: string): Promise<Caller | null> {
    const [caller] = await this.findCallers([key]);
    return caller ?? null;
  }

  /** The same for many keys, in their order. */
  async findCallers(keys: readonly string[]): Promise<readonly (Caller | null)[]> {
    const hashes = keys.map((key) => Buffer.from(hashApiKey(key)).toString('hex'));
    // Prisma's own queries do not tell a key that is limited to none from one that is not limited.
    const rows = await this.#prisma.$queryRaw<(Caller & { readonly hash: string })[]>`
      SELECT w.hash, k.*
      FROM ${each(Prisma.sql`${hashes}::text[]`)} AS w(hash)
      CROSS JOIN LATERAL (
        SELECT id AS "keyId", workspace_id AS "workspaceId", coalesce(scopes, '{}') AS scopes, mode::text,
          sender_profile_ids AS "senderProfileIds"
        FROM api_keys WHERE hash = decode(w.hash, 'hex') AND revoked_at IS NULL OFFSET 0) k`;
    const found = new Map(rows.map(({ hash, ...caller }) => [hash, caller]));
    return hashes.map((hash) => found.get(hash) ?? null);
  }

  /** Stores a key that was made elsewhere; one that exists already is left as it is. */
  async keep(
    workspaceId: string,
    {
      key,
      name,
      scopes,
    }: { readonly key: string; readonly name: string; readonly scopes: readonly string[] },
  ): Promise<void> {
    const made = { id: newId(), workspaceId, hash: hashApiKey(key), prefix: prefixOfApiKey(key) };
    await this.#prisma.apiKey.createMany({
      data: [{ ...made, name, scopes: [...scopes], mode: modeOfApiKey(key) }],
      skipDuplicates: true,
    });
  }

  /** Stores the hash and the prefix of `key`, never the key. Null: it names a sender profile that the workspace has not. */
  async create(
    workspaceId: string,
    { key, name, scopes, mode, senderProfileIds }: NewApiKey,
  ): Promise<StoredApiKey | null> {
    const limit = Prisma.sql`${senderProfileIds === null ? null : [...senderProfileIds]}::uuid[]`;
    const [row] = await this.#prisma.$queryRaw<ApiKeyRow[]>`
      INSERT INTO api_keys (id, workspace_id, name, hash, prefix, scopes, mode, sender_profile_ids)
      SELECT ${newId()}::uuid, ${workspaceId}::uuid, ${name}, ${hashApiKey(key)}, ${prefixOfApiKey(key)},
             ${[...scopes]}::text[], ${mode}::"KeyMode", ${limit}
      WHERE NOT EXISTS (
        SELECT FROM unnest(${limit}) AS w(id)
        WHERE NOT EXISTS (SELECT FROM sender_profiles p WHERE p.id = w.id AND p.workspace_id ${hides} ${workspaceId}::uuid))
      RETURNING ${columns}`;
    return row === undefined ? null : toApiKey(row);
  }

  /** Those that may be seen. */
  async list(workspaceId: string, request: PageRequest, sight: KeySight = {}): Promise<Page<StoredApiKey>> {
    const { where, page } = newestFirst('api_keys', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<ApiKeyRow[]>`
      SELECT ${columns} FROM api_keys
      WHERE ${where} AND ${isSeen(sight)} ${page}`,
    );
    return toPage(rows, request.limit, toApiKey);
  }

  /**
   * Answers whether there is such a key that may be seen; one that is revoked stays as it is.
   */
  async revoke({ workspaceId, id }: ResourceRef, sight: KeySight = {}): Promise<boolean> {
    const found = await this.#prisma.$executeRaw`
      UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${isSeen(sight)}`;
    return found > 0;
  }
}

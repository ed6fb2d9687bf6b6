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
import { inOrder } from '../look-up.ts';
import { newestFirst } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';

/** What may be shown of a key: neither the key itself nor its hash. */
export type StoredApiKey = {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly (GrantableScope | typeof operatorScope)[];
  readonly mode: KeyMode;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
};

type NewApiKey = Pick<StoredApiKey, 'mode' | 'name' | 'scopes'> & { readonly key: string };

type ApiKeyRow = Omit<StoredApiKey, 'scopes'> & { readonly scopes: readonly string[] | null };

const toApiKey = (row: ApiKeyRow): StoredApiKey => ({
  ...row,
  scopes: shownScopes.filter((scope) => row.scopes?.includes(scope)),
});

const columns = Prisma.sql`
  id, name, prefix, scopes, mode, created_at AS "createdAt", revoked_at AS "revokedAt"`;

/** Keys of one mode, or of both. */
const ofMode = (mode: KeyMode | undefined) =>
  mode === undefined ? Prisma.sql`true` : Prisma.sql`mode = ${mode}::"KeyMode"`;

/** API keys of a workspace, newest first in lists, the revoked ones among them. */
export class ApiKeyStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Answers who a key belongs to; null when it is unknown or revoked. */
  async findCaller(key: string): Promise<Caller | null> {
    const found = await this.#prisma.apiKey.findUnique({
      where: { hash: hashApiKey(key) },
      select: { id: true, workspaceId: true, scopes: true, mode: true, revokedAt: true },
    });
    if (found === null || found.revokedAt !== null) return null;
    return { keyId: found.id, workspaceId: found.workspaceId, scopes: found.scopes, mode: found.mode };
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

  /** Stores the hash and the prefix of `key`, never the key. */
  async create(workspaceId: string, { key, name, scopes, mode }: NewApiKey): Promise<StoredApiKey> {
    const [row] = await this.#prisma.$queryRaw<ApiKeyRow[]>`
      INSERT INTO api_keys (id, workspace_id, name, hash, prefix, scopes, mode)
      VALUES (${newId()}::uuid, ${workspaceId}::uuid, ${name}, ${hashApiKey(key)}, ${prefixOfApiKey(key)},
              ${[...scopes]}::text[], ${mode}::"KeyMode")
      RETURNING ${columns}`;
    if (row === undefined) throw new Error('a key that was just made is not there');
    return toApiKey(row);
  }

  /** Those of the mode, or of both. */
  async list(
    workspaceId: string,
    { mode, ...request }: PageRequest & { readonly mode?: KeyMode | undefined },
  ): Promise<Page<StoredApiKey>> {
    const { where, page } = newestFirst('api_keys', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<ApiKeyRow[]>`
      SELECT ${columns} FROM api_keys
      WHERE ${where} AND ${ofMode(mode)} ${page}`,
    );
    return toPage(rows, request.limit, toApiKey);
  }

  /**
   * Answers whether there is such a key, of the mode if one is given; one that is revoked stays as it is.
   */
  async revoke({ workspaceId, id }: ResourceRef, mode?: KeyMode): Promise<boolean> {
    const found = await this.#prisma.$executeRaw`
      UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${ofMode(mode)}`;
    return found > 0;
  }
}

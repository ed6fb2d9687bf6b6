import { type CreateApiKey, type GrantableScope, grantableScopes } from '@postroom/contracts';
import { hashApiKey, type KeyMode, newId, prefixOfApiKey } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { newestFirst } from './fragments.ts';
import { type Page, type PageRequest, type ResourceRef, toPage } from './page.ts';

/** What may be shown of a key: neither the key itself nor its hash. */
export type StoredApiKey = {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly GrantableScope[];
  readonly mode: KeyMode;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
};

type NewApiKey = Omit<CreateApiKey, 'mode'> & { readonly mode: KeyMode; readonly key: string };

type ApiKeyRow = Omit<StoredApiKey, 'scopes'> & { readonly scopes: readonly string[] | null };

const toApiKey = (row: ApiKeyRow): StoredApiKey => ({
  ...row,
  scopes: grantableScopes.filter((scope) => row.scopes?.includes(scope)),
});

const columns = Prisma.sql`
  id, name, prefix, scopes, mode, created_at AS "createdAt", revoked_at AS "revokedAt"`;

/** Keys of one mode, or of both. */
const ofMode = (mode: KeyMode | undefined) =>
  mode === undefined ? Prisma.sql`true` : Prisma.sql`mode = ${mode}::"KeyMode"`;

async function create(
  prisma: PrismaClient,
  workspaceId: string,
  { key, name, scopes, mode }: NewApiKey,
): Promise<StoredApiKey> {
  const [row] = await prisma.$queryRaw<ApiKeyRow[]>`
    INSERT INTO api_keys (id, workspace_id, name, hash, prefix, scopes, mode)
    VALUES (${newId()}::uuid, ${workspaceId}::uuid, ${name}, ${hashApiKey(key)}, ${prefixOfApiKey(key)},
            ${scopes}::text[], ${mode}::"KeyMode")
    RETURNING ${columns}`;
  if (row === undefined) throw new Error('a key that was just made is not there');
  return toApiKey(row);
}

async function list(
  prisma: PrismaClient,
  workspaceId: string,
  { mode, ...request }: PageRequest & { readonly mode?: KeyMode | undefined },
): Promise<Page<StoredApiKey>> {
  const { where, page } = newestFirst('api_keys', workspaceId, request);
  const rows = await inOrder(
    prisma,
    prisma.$queryRaw<ApiKeyRow[]>`
    SELECT ${columns} FROM api_keys
    WHERE ${where} AND ${ofMode(mode)} ${page}`,
  );
  return toPage(rows, request.limit, toApiKey);
}

async function revoke(
  prisma: PrismaClient,
  { workspaceId, id }: ResourceRef,
  mode: KeyMode | undefined,
): Promise<boolean> {
  const found = await prisma.$executeRaw`
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
    WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${ofMode(mode)}`;
  return found > 0;
}

/** API keys of a workspace, newest first in lists, the revoked ones among them. */
export type ApiKeyStore = {
  /** Stores the hash and the prefix of `key`, never the key. */
  create(workspaceId: string, key: NewApiKey): Promise<StoredApiKey>;
  /** Those of the mode, or of both. */
  list(
    workspaceId: string,
    page: PageRequest & { readonly mode?: KeyMode | undefined },
  ): Promise<Page<StoredApiKey>>;
  /** Answers whether there is such a key, of the mode if one is given; one that is revoked stays as it is. */
  revoke(ref: ResourceRef, mode?: KeyMode): Promise<boolean>;
};

/** Keeps API keys in PostgreSQL. */
export function createApiKeyStore(prisma: PrismaClient): ApiKeyStore {
  return {
    create: (workspaceId, key) => create(prisma, workspaceId, key),
    list: (workspaceId, page) => list(prisma, workspaceId, page),
    revoke: (ref, mode) => revoke(prisma, ref, mode),
  };
}

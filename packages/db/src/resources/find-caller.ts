import { type Caller, hashApiKey, type KeyMode, modeOfApiKey, newId, prefixOfApiKey } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** Answers who a key belongs to; null when it is unknown or revoked. */
export async function findCaller(prisma: PrismaClient, key: string): Promise<Caller | null> {
  const found = await prisma.apiKey.findUnique({
    where: { hash: hashApiKey(key) },
    select: { id: true, workspaceId: true, scopes: true, mode: true, revokedAt: true },
  });
  if (found === null || found.revokedAt !== null) return null;
  return { keyId: found.id, workspaceId: found.workspaceId, scopes: found.scopes, mode: found.mode };
}

/** The id of the default workspace, which is made on first use. Safe to call from several processes at once. */
export async function ensureDefaultWorkspace(prisma: PrismaClient): Promise<string> {
  await prisma.$executeRaw`
    INSERT INTO workspaces (id, name, is_default) VALUES (${newId()}::uuid, 'Default', true)
    ON CONFLICT DO NOTHING`;
  const workspace = await prisma.workspace.findFirstOrThrow({
    where: { isDefault: true },
    select: { id: true },
  });
  return workspace.id;
}

/** Stores a key that was made elsewhere; one that exists already is left as it is. */
export async function storeApiKey(
  prisma: PrismaClient,
  input: {
    readonly workspaceId: string;
    readonly name: string;
    readonly key: string;
    readonly scopes: readonly string[];
  },
): Promise<void> {
  const mode: KeyMode = modeOfApiKey(input.key);
  await prisma.apiKey.createMany({
    data: [
      {
        id: newId(),
        workspaceId: input.workspaceId,
        name: input.name,
        hash: hashApiKey(input.key),
        prefix: prefixOfApiKey(input.key),
        scopes: [...input.scopes],
        mode,
      },
    ],
    skipDuplicates: true,
  });
}

import { createHash } from 'node:crypto';
import { canonicalJsonPieces } from '@postroom/contracts';
import { newId, type SnapshotContent, type TemplateContent } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** SHA-256, in hex, over the kind and all parts: equal hashes mean equal content. */
export function contentHashOf({ kind, subject, html, text }: Omit<SnapshotContent, 'id'>): string {
  const sha256 = createHash('sha256');
  for (const piece of canonicalJsonPieces([kind, subject, html, text])) sha256.update(piece);
  return sha256.digest('hex');
}

/**
 * Sees to it that the snapshot of this content exists and answers its content hash. However many callers
 * save the same content at once, there is one row; snapshots are never changed.
 */
export async function ensureSnapshot(
  prisma: PrismaClient,
  workspaceId: string,
  snapshot: TemplateContent,
): Promise<string> {
  const hash = contentHashOf(snapshot);
  const { kind, subject, html, text, variables } = snapshot;
  await prisma.$executeRaw`
    INSERT INTO template_snapshots (
      id, workspace_id, kind, content_hash, subject, html, text, required_variables, optional_variables)
    VALUES (
      ${newId()}::uuid, ${workspaceId}::uuid, ${kind}::"SnapshotKind", decode(${hash}, 'hex'), ${subject},
      ${html}, ${text}, ${[...variables.required]}::text[], ${[...variables.optional]}::text[])
    ON CONFLICT (workspace_id, content_hash) DO NOTHING`;
  return hash;
}

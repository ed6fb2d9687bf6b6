import type { LinkKey } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** The secrets that sign links in mail. */
export class LinkKeyStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Those of all workspaces, and those before them by which tracked links still lead on. */
  async load(): Promise<readonly LinkKey[]> {
    return this.#prisma.$queryRaw<LinkKey[]>`
      /* load_link_keys */
      SELECT id AS "workspaceId", link_secret AS secret, NULL::timestamptz AS "clicksUntil" FROM workspaces
      UNION ALL
      SELECT workspace_id, secret, clicks_until FROM former_link_secrets WHERE clicks_until > now()`;
  }

  /** The secret that signs the links of a workspace now. */
  async secretOf(workspaceId: string): Promise<Uint8Array> {
    const [row] = await this.#prisma.$queryRaw<{ readonly secret: Uint8Array }[]>`
      SELECT link_secret AS secret FROM workspaces WHERE id = ${workspaceId}::uuid`;
    if (row === undefined) throw new Error('there is no such workspace');
    return row.secret;
  }

  /**
   * Gives a workspace a new secret, or each of them one of its own, and answers until when tracked links of the ones before
   * lead on. Links to leave a group work by them for good: whoever would forge one needs the id of a send besides, which nobody
   * can guess. None: there is no such workspace.
   */
  async rotate(
    workspaceId: string | null,
    { overlapMs }: { readonly overlapMs: number },
  ): Promise<readonly { readonly workspaceId: string; readonly clicksUntil: Date }[]> {
    return this.#prisma.$queryRaw<{ readonly workspaceId: string; readonly clicksUntil: Date }[]>`
      /* rotate_link_secret */
      WITH old AS MATERIALIZED (
        SELECT id, link_secret FROM workspaces WHERE ${workspaceId}::uuid IS NULL OR id = ${workspaceId}::uuid
        ORDER BY id FOR UPDATE
      ), former AS (
        INSERT INTO former_link_secrets (workspace_id, secret, clicks_until)
        SELECT id, link_secret, now() + ${overlapMs}::float8 * interval '1 millisecond' FROM old
        RETURNING workspace_id, clicks_until
      ), renewed AS (
        UPDATE workspaces SET
          link_secret = decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
        WHERE id = ANY(ARRAY(SELECT id FROM old))
      )
      SELECT workspace_id AS "workspaceId", clicks_until AS "clicksUntil" FROM former`;
  }
}

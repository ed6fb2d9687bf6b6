import { type AttachmentBytes, jsonOfList, type LiteralBody, mapPaced, newId } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';
import { contentHashOf } from '../resources/snapshot.ts';

/** A body that is there. `isStale`: nobody has asked for it within the last minute, as far as is noted. */
type SnapshotRow = { readonly id: string; readonly hash: string; readonly isStale: boolean };

/** The subject of an email is its own; only the body is shared. */
const literalOf = ({ html, text }: LiteralBody) => ({ kind: 'literal', subject: '', html, text }) as const;

/** One statement writes at most so many rows, and so many bytes or characters of them unless one alone has more. */
const maxInsertRows = 500;
const maxInsertBytes = 4 * 1024 * 1024;

/** Cuts a list into groups that one statement can write. */
function* insertGroups<Row>(
  rows: readonly Row[],
  sizeOf: (row: Row) => number,
): Generator<readonly Row[], void> {
  let group: Row[] = [];
  let size = 0;
  for (const row of rows) {
    const own = sizeOf(row);
    if (group.length > 0 && (group.length === maxInsertRows || size + own > maxInsertBytes)) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(row);
    size += own;
  }
  if (group.length > 0) yield group;
}

const byHash = (a: AttachmentBytes, b: AttachmentBytes) => (a.hash < b.hash ? -1 : 1);

type NewLiteral = LiteralBody & { readonly id: string; readonly hash: string };

/** The rows as a relation. One alone, which may be many megabytes, is not written as JSON: that would be another copy. */
async function recordsOf(group: readonly NewLiteral[]): Promise<Prisma.Sql> {
  const [first] = group;
  if (first !== undefined && group.length === 1) {
    const { id, hash, html, text } = first;
    return Prisma.sql`(VALUES (${id}::uuid, ${hash}::text, ${html}::text, ${text}::text))`;
  }
  const records = await jsonOfList(group);
  return Prisma.sql`(SELECT * FROM jsonb_to_recordset(${records}::jsonb) AS j(id uuid, hash text, html text, text text))`;
}

/** Keeps the content of sends, each piece once per workspace and content hash. */
export class ContentStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async #findLiterals(workspaceId: string, hashes: readonly string[]): Promise<SnapshotRow[]> {
    if (hashes.length === 0) return [];
    return this.#sql.query<SnapshotRow>`
    /* find_bodies */
    SELECT t.id, w.hash, t.wanted_at < now() - interval '1 minute' AS "isStale"
    FROM ${each(Prisma.sql`${hashes}::text[]`)} AS w(hash) CROSS JOIN LATERAL (
      SELECT id, wanted_at FROM template_snapshots
      WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(w.hash, 'hex') OFFSET 0) t`;
  }

  /**
   * Finds bodies, and notes that those are wanted of which that was not noted lately. What is removed meanwhile is found no more
   * once that is noted.
   */
  async #wantLiterals(workspaceId: string, hashes: readonly string[]): Promise<readonly SnapshotRow[]> {
    const found = await this.#findLiterals(workspaceId, hashes);
    const stale = found.filter(({ isStale }) => isStale).map(({ id }) => id);
    if (stale.length === 0) return found;
    await this.#sql.run`
    UPDATE template_snapshots SET wanted_at = now() WHERE ctid = ANY(ARRAY(
      SELECT t.ctid FROM unnest(${stale}::uuid[]) AS w(id) CROSS JOIN LATERAL (
        SELECT ctid, wanted_at FROM template_snapshots WHERE id = w.id OFFSET 0) t
      WHERE t.wanted_at < now() - interval '1 minute'))`;
    return this.#findLiterals(workspaceId, hashes);
  }

  /**
   * Looks for the bodies by their hashes and writes those that are new, sorted so that crossing batches cannot
   * deadlock. Whoever loses a race reads the winner's row.
   */
  async ensureLiterals(workspaceId: string, bodies: readonly LiteralBody[]): Promise<readonly string[]> {
    const hashes = await mapPaced(bodies, (body) => contentHashOf(literalOf(body)));
    const bodyByHash = new Map(hashes.map((hash, at) => [hash, bodies[at]]));
    const wanted = [...bodyByHash.keys()].sort();
    const idByHash = new Map(
      (await this.#wantLiterals(workspaceId, wanted)).map((row) => [row.hash, row.id]),
    );
    const fresh = wanted.filter((hash) => !idByHash.has(hash));
    if (fresh.length > 0) {
      const rows = fresh.map((hash) => {
        const { html = null, text = null } = bodyByHash.get(hash) ?? {};
        return { id: newId(), hash, html, text };
      });
      const lengthOf = ({ html, text }: LiteralBody) => (html?.length ?? 0) + (text?.length ?? 0);
      for (const group of insertGroups(rows, lengthOf)) {
        await this.#sql.run`
        INSERT INTO template_snapshots (
          id, workspace_id, kind, content_hash, subject, html, text, required_variables, optional_variables)
        SELECT r.id, ${workspaceId}::uuid, 'literal', decode(r.hash, 'hex'), '', r.html, r.text, '{}', '{}'
        FROM ${await recordsOf(group)} AS r(id, hash, html, text)
        ON CONFLICT (workspace_id, content_hash) DO NOTHING`;
      }
      for (const row of await this.#findLiterals(workspaceId, fresh)) idByHash.set(row.hash, row.id);
    }
    return hashes.map((hash) => {
      const id = idByHash.get(hash);
      if (id === undefined) throw new Error('a body that was just kept is not there');
      return id;
    });
  }

  /** What is wanted now is not removed with a person whose mail had it as well; said before it is looked for. */
  async #noteWanted(workspaceId: string, hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    // Whoever else writes the row meanwhile has noted the same, or has removed it: then it is written again.
    await this.#sql.run`
    UPDATE attachments SET wanted_at = now() WHERE ctid = ANY(ARRAY(
      SELECT a.ctid FROM unnest(${[...hashes]}::text[]) AS w(hash) CROSS JOIN LATERAL (
        SELECT ctid, wanted_at FROM attachments
        WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(w.hash, 'hex') OFFSET 0) a
      WHERE a.wanted_at < now() - interval '1 second'))`;
  }

  /**
   * Bytes that are there already are not sent to the database again. The others go in sorted, so that batches that
   * cross wait for each other and cannot deadlock.
   */
  async ensureAttachments(workspaceId: string, attachments: readonly AttachmentBytes[]): Promise<void> {
    await this.#noteWanted(
      workspaceId,
      attachments.map(({ hash }) => hash),
    );
    const rows = await this.#sql.query<{ readonly hash: string }>`
    SELECT w.hash FROM unnest(${attachments.map(({ hash }) => hash)}::text[]) AS w(hash) CROSS JOIN LATERAL (
      SELECT content_hash FROM attachments
      WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(w.hash, 'hex') OFFSET 0) a`;
    const known = new Set(rows.map(({ hash }) => hash));
    const fresh = attachments.filter(({ hash }) => !known.has(hash)).toSorted(byHash);
    for (const group of insertGroups(fresh, ({ content }) => content.length)) {
      const rows = group.map(
        ({ hash, content }) => Prisma.sql`(${workspaceId}::uuid, decode(${hash}, 'hex'), ${content}::bytea)`,
      );
      await this.#sql.run`
      INSERT INTO attachments (workspace_id, content_hash, content) VALUES ${Prisma.join(rows)}
      ON CONFLICT (workspace_id, content_hash) DO NOTHING`;
    }
  }
}

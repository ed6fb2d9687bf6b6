import { type AttachmentBytes, jsonOfList, type LiteralBody, mapPaced, newId } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each, unseen } from '../look-up.ts';
import { contentHashOf } from '../resources/snapshot.ts';

/** A body that is there. `isStale`: nobody has asked for it within the last minute, as far as is noted. */
type SnapshotRow = { readonly id: string; readonly hash: string; readonly isStale: boolean };

/** Bytes that are there. `isStale`: nobody has asked for them within the last second, as far as is noted. */
type AttachmentRow = { readonly hash: string; readonly isStale: boolean };

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

const inOrderOfHashes = (a: AttachmentBytes, b: AttachmentBytes) => (a.hash < b.hash ? -1 : 1);

/** Bytes as one value, and where each begins in it, from 1: a list of them would be written as text, at twice their length. */
function oneAfterTheOther(group: readonly AttachmentBytes[]) {
  const [first] = group;
  const starts: number[] = [];
  let end = 1;
  for (const { content } of group) {
    starts.push(end);
    end += content.length;
  }
  const contents = group.map(({ content }) => content);
  return {
    hashes: group.map(({ hash }) => hash),
    starts,
    lengths: contents.map(({ length }) => length),
    // One alone, which may be many megabytes, is not copied.
    bytes: first !== undefined && group.length === 1 ? first.content : Buffer.concat(contents),
  };
}

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

  async #findAttachments(workspaceId: string, hashes: readonly string[]): Promise<AttachmentRow[]> {
    if (hashes.length === 0) return [];
    return this.#sql.query<AttachmentRow>`
    /* find_attachments */
    SELECT w.hash, a.wanted_at < now() - interval '1 second' AS "isStale"
    FROM ${each(Prisma.sql`${hashes}::text[]`)} AS w(hash) CROSS JOIN LATERAL (
      SELECT wanted_at FROM attachments
      WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(w.hash, 'hex') OFFSET 0) a`;
  }

  /**
   * Which of these bytes are there. What is wanted now is not removed with a person whose mail had it as well: that is noted, and
   * then looked for anew, unless it was noted just now.
   */
  async #wantAttachments(workspaceId: string, hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.#findAttachments(workspaceId, hashes);
    const stale = found.filter(({ isStale }) => isStale).map(({ hash }) => hash);
    if (stale.length === 0) return new Set(found.map(({ hash }) => hash));
    // Whoever else writes the row meanwhile has noted the same, or has removed it: then it is written again.
    await this.#sql.run`
    UPDATE attachments SET wanted_at = now() WHERE ctid = ANY(ARRAY(
      SELECT a.ctid FROM unnest(${stale}::text[]) AS w(hash) CROSS JOIN LATERAL (
        SELECT ctid, wanted_at FROM attachments
        WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(w.hash, 'hex') OFFSET 0) a
      WHERE a.wanted_at < now() - interval '1 second'))`;
    return new Set((await this.#findAttachments(workspaceId, hashes)).map(({ hash }) => hash));
  }

  /**
   * Bytes that are there already are not sent to the database again. The others go in sorted, so that batches that
   * cross wait for each other and cannot deadlock.
   */
  async ensureAttachments(workspaceId: string, attachments: readonly AttachmentBytes[]): Promise<void> {
    const byHash = new Map(attachments.map((one) => [one.hash, one]));
    const known = await this.#wantAttachments(workspaceId, [...byHash.keys()]);
    const fresh = [...byHash.values()].filter(({ hash }) => !known.has(hash)).toSorted(inOrderOfHashes);
    for (const group of insertGroups(fresh, ({ content }) => content.length)) {
      const { hashes, starts, lengths, bytes } = oneAfterTheOther(group);
      await this.#sql.run`
      /* insert_attachments */
      INSERT INTO attachments (workspace_id, content_hash, content)
      SELECT ${workspaceId}::uuid, decode(r.hash, 'hex'), substring(${bytes}::bytea FROM r.start FOR r.length)
      FROM unnest(${unseen(Prisma.sql`${hashes}::text[]`)}, ${unseen(Prisma.sql`${starts}::int[]`)},
        ${unseen(Prisma.sql`${lengths}::int[]`)}) AS r(hash, start, length)
      ON CONFLICT (workspace_id, content_hash) DO NOTHING`;
    }
  }
}

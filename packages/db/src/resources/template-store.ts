import {
  type NewTemplate,
  newId,
  type ResourceRef,
  type StoredTemplate,
  type TemplateChange,
  type TemplateStatus,
  type TemplateVersion,
} from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { assignments, jsonOf, newestFirst, textOf, uuidOf } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import { ensureSnapshot } from './snapshot.ts';
import {
  fromTable,
  fromWritten,
  summaries,
  type TemplateRow,
  type TemplateSummary,
  toTemplate,
} from './template-row.ts';
import {
  keepingBoth,
  keepingVersions,
  lockedBefore,
  nextVersion,
  type TemplateVersionSummary,
  versionSummaries,
  versionsWithContent,
} from './template-version.ts';

const snapshotIdByHash = (workspaceId: string, hash: string) => Prisma.sql`
  (SELECT id FROM template_snapshots
   WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(${hash}, 'hex'))`;

/** Where a template has none: it was made by an API from before there were any. */
type NoVersion = { readonly version: null };

/** Templates of a workspace; what another workspace owns is answered as if it did not exist. */
export class TemplateStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async create(
    workspaceId: string,
    { name, senderProfileId, sampleData, content }: NewTemplate,
  ): Promise<StoredTemplate> {
    const hash = await ensureSnapshot(this.#prisma, workspaceId, content);
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      WITH written AS (
        INSERT INTO templates (
          id, workspace_id, name, subject, html, source, text, sender_profile_id, sample_data, current_snapshot_id)
        VALUES (
          ${newId()}::uuid, ${workspaceId}::uuid, ${name}, ${content.subject}, ${content.html}, ${content.source}, ${content.text},
          ${senderProfileId}::uuid, ${jsonOf(sampleData)}, ${snapshotIdByHash(workspaceId, hash)})
        RETURNING *)
      ${keepingVersions}
      ${fromWritten}`;
    if (row === undefined) throw new Error('a template that was just made is not there');
    return toTemplate(row);
  }

  async find({ workspaceId, id }: ResourceRef): Promise<StoredTemplate | null> {
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      ${fromTable} WHERE t.id = ${id}::uuid AND t.workspace_id = ${workspaceId}::uuid`;
    return row === undefined ? null : toTemplate(row);
  }

  /** Newest first, without their content. */
  async list(
    workspaceId: string,
    { status, ...request }: PageRequest & { readonly status?: TemplateStatus | undefined },
  ): Promise<Page<TemplateSummary>> {
    const { where, page } = newestFirst('t', workspaceId, request);
    const withStatus =
      status === undefined ? Prisma.empty : Prisma.sql`AND t.status = ${status}::"TemplateStatus"`;
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<TemplateSummary[]>`
      ${summaries}
      WHERE ${where} ${withStatus} ${page}`,
    );
    return toPage(rows, request.limit, (row) => row);
  }

  /** Null when there is no such template, or when it is no longer the one that was changed. */
  async update(
    { workspaceId, id }: ResourceRef,
    { fields, content, derivedFrom }: TemplateChange,
  ): Promise<StoredTemplate | null> {
    const snapshotId =
      content === null
        ? undefined
        : snapshotIdByHash(workspaceId, await ensureSnapshot(this.#prisma, workspaceId, content));
    const set = assignments({
      name: textOf(fields.name),
      sender_profile_id: uuidOf(fields.senderProfileId),
      sample_data: jsonOf(fields.sampleData),
      subject: textOf(content?.subject),
      html: textOf(content?.html),
      source: textOf(content?.source),
      text: textOf(content?.text),
      current_snapshot_id: snapshotId,
      version:
        snapshotId === undefined ? Prisma.sql`was.version` : nextVersion(snapshotId, content?.source ?? null),
    });
    const unchanged =
      derivedFrom === null
        ? Prisma.empty
        : Prisma.sql`AND t.current_snapshot_id = ${derivedFrom.currentSnapshotId}::uuid
            AND t.updated_at = ${derivedFrom.updatedAt.toISOString()}::timestamptz`;
    const asItIs = Prisma.sql`t.workspace_id = ${workspaceId}::uuid AND t.id = ${id}::uuid ${unchanged}`;
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      WITH ${lockedBefore(asItIs)}, written AS (
        UPDATE templates t SET ${set} FROM was WHERE t.id = was.id RETURNING t.*)
      ${keepingBoth}
      ${fromWritten}`;
    return row === undefined ? null : toTemplate(row);
  }

  async setStatus({ workspaceId, id }: ResourceRef, status: TemplateStatus): Promise<StoredTemplate | null> {
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      WITH written AS (
        UPDATE templates SET status = ${status}::"TemplateStatus", updated_at = now()
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
        RETURNING *)
      ${fromWritten}`;
    return row === undefined ? null : toTemplate(row);
  }

  /**
   * An active copy with the same content under a name of its own. The copy shares the snapshot: the content is the
   * same.
   */
  async duplicate({ workspaceId, id }: ResourceRef): Promise<StoredTemplate | null> {
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      WITH written AS (
        INSERT INTO templates (
          id, workspace_id, name, subject, html, source, text, sender_profile_id, sample_data, current_snapshot_id)
        SELECT ${newId()}::uuid, workspace_id, left(name, 193) || ' (copy)', subject, html, source, text,
               sender_profile_id, sample_data, current_snapshot_id
        FROM templates WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
        RETURNING *)
      ${keepingVersions}
      ${fromWritten}`;
    return row === undefined ? null : toTemplate(row);
  }

  /** The last versions, newest first, without their content; null when there is no such template. */
  async versions({ workspaceId, id }: ResourceRef): Promise<readonly TemplateVersionSummary[] | null> {
    const rows = await this.#prisma.$queryRaw<(TemplateVersionSummary | NoVersion)[]>`
      ${versionSummaries}
      WHERE t.id = ${id}::uuid AND t.workspace_id = ${workspaceId}::uuid ORDER BY v.version DESC`;
    return rows.length === 0 ? null : rows.filter((row) => row.version !== null);
  }

  /** Null when there is no such template, or no such version of it any more. */
  async version({ workspaceId, id }: ResourceRef, version: number): Promise<TemplateVersion | null> {
    const [row] = await this.#prisma.$queryRaw<TemplateVersion[]>`
      ${versionsWithContent}
      WHERE t.id = ${id}::uuid AND t.workspace_id = ${workspaceId}::uuid AND v.version = ${version}::int`;
    return row ?? null;
  }
}

import {
  type NewTemplate,
  newId,
  type ResourceRef,
  type StoredTemplate,
  type TemplateChange,
  type TemplateStatus,
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

const snapshotIdByHash = (workspaceId: string, hash: string) => Prisma.sql`
  (SELECT id FROM template_snapshots
   WHERE workspace_id = ${workspaceId}::uuid AND content_hash = decode(${hash}, 'hex'))`;

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
    const hash = content === null ? null : await ensureSnapshot(this.#prisma, workspaceId, content);
    const set = assignments({
      name: textOf(fields.name),
      sender_profile_id: uuidOf(fields.senderProfileId),
      sample_data: jsonOf(fields.sampleData),
      subject: textOf(content?.subject),
      html: textOf(content?.html),
      source: textOf(content?.source),
      text: textOf(content?.text),
      current_snapshot_id: hash === null ? undefined : snapshotIdByHash(workspaceId, hash),
    });
    const unchanged =
      derivedFrom === null
        ? Prisma.empty
        : Prisma.sql`AND current_snapshot_id = ${derivedFrom.currentSnapshotId}::uuid
            AND updated_at = ${derivedFrom.updatedAt.toISOString()}::timestamptz`;
    const [row] = await this.#prisma.$queryRaw<TemplateRow[]>`
      WITH written AS (
        UPDATE templates SET ${set}
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid ${unchanged}
        RETURNING *)
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
      ${fromWritten}`;
    return row === undefined ? null : toTemplate(row);
  }
}

import { maxTemplateVersions, type TemplateFormat } from '@postroom/contracts';
import type { TemplateVersion } from '@postroom/core';
import { Prisma } from '../generated/client.ts';

/** A version of a template as lists have it. */
export type TemplateVersionSummary = Pick<TemplateVersion, 'version' | 'subject' | 'createdAt'> & {
  readonly format: TemplateFormat;
};

/**
 * Goes on after the CTE `written`, templates as a statement leaves them: their content is kept under its number, unless it
 * is already, and what is too many versions back goes.
 */
export const keepingVersions = Prisma.sql`
  , kept AS (
    INSERT INTO template_versions (template_id, version, snapshot_id, source)
    SELECT id, version, current_snapshot_id, source FROM written ON CONFLICT (template_id, version) DO NOTHING)
  , dropped AS (
    DELETE FROM template_versions v USING written w
    WHERE v.template_id = w.id AND v.version <= w.version - ${maxTemplateVersions}::int)`;

/** The number of a template once it has the content given: the next one, or its own if that is what it has. */
export const nextVersion = (snapshotId: Prisma.Sql, source: string | null) => Prisma.sql`
  version + (ROW(current_snapshot_id, source) IS DISTINCT FROM ROW(${snapshotId}, ${source}::text))::int`;

/** Reads versions, as `v`, of templates, as `t`, with their snapshots, as `s`; of a template without any there is a row of nulls. */
const selectWith = (content: Prisma.Sql) => Prisma.sql`
  SELECT v.version, s.subject, v.created_at AS "createdAt", ${content}
  FROM templates t LEFT JOIN template_versions v ON v.template_id = t.id LEFT JOIN template_snapshots s ON s.id = v.snapshot_id`;

/** Versions as lists have them. */
export const versionSummaries = selectWith(
  Prisma.sql`CASE WHEN v.source IS NULL THEN 'html' ELSE 'mjml' END AS format`,
);

/** Versions with their content. */
export const versionsWithContent = selectWith(Prisma.sql`s.html, v.source, s.text`);

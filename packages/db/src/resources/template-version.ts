import { maxTemplateVersions, type TemplateFormat } from '@postroom/contracts';
import type { TemplateVersion } from '@postroom/core';
import { Prisma } from '../generated/client.ts';

/** A version of a template as lists have it. */
export type TemplateVersionSummary = Pick<TemplateVersion, 'version' | 'subject' | 'createdAt'> & {
  readonly format: TemplateFormat;
};

const content = Prisma.sql`id, version, current_snapshot_id, source, updated_at`;

const keeping = (contents: Prisma.Sql) => Prisma.sql`
  , kept AS (
    INSERT INTO template_versions (template_id, version, snapshot_id, source, created_at)
    ${contents} ON CONFLICT (template_id, version) DO NOTHING)
  , dropped AS (
    DELETE FROM template_versions v USING written w
    WHERE v.template_id = w.id AND v.version <= w.version - ${maxTemplateVersions}::int)`;

/**
 * Goes on after the CTE `written`, templates as a statement leaves them: their content is kept under its number, unless it
 * is already, and what is too many versions back goes.
 */
export const keepingVersions = keeping(Prisma.sql`SELECT ${content} FROM written`);

/** The same after a change of what `lockedBefore` had: what the template was before it is kept as well. */
export const keepingBoth = keeping(Prisma.sql`
  SELECT ${content} FROM was WHERE id IN (SELECT id FROM written) UNION ALL SELECT ${content} FROM written`);

/**
 * The CTE `was`: the template `t` that is to be changed, locked, with the number of its content. An API from before versions
 * leaves the number of what it replaced: then it is the next.
 */
export const lockedBefore = (where: Prisma.Sql) => Prisma.sql`
  was AS (
    SELECT t.id, t.current_snapshot_id, t.source, t.updated_at, t.version + (v.version IS NOT NULL
      AND ROW(v.snapshot_id, v.source) IS DISTINCT FROM ROW(t.current_snapshot_id, t.source))::int AS version
    FROM templates t LEFT JOIN template_versions v ON v.template_id = t.id AND v.version = t.version
    WHERE ${where} FOR NO KEY UPDATE OF t)`;

/** The number of the template of `was` once it has the content given: the next one, or its own if that is what it has. */
export const nextVersion = (snapshotId: Prisma.Sql, source: string | null) => Prisma.sql`
  was.version + (ROW(was.current_snapshot_id, was.source) IS DISTINCT FROM ROW(${snapshotId}, ${source}::text))::int`;

/** Reads versions, as `v`, of templates, as `t`, with their snapshots, as `s`; of a template without any there is a row of nulls. */
const selectWith = (columns: Prisma.Sql) => Prisma.sql`
  SELECT v.version, s.subject, v.created_at AS "createdAt", ${columns}
  FROM templates t LEFT JOIN template_versions v ON v.template_id = t.id LEFT JOIN template_snapshots s ON s.id = v.snapshot_id`;

/** Versions as lists have them. */
export const versionSummaries = selectWith(
  Prisma.sql`CASE WHEN v.source IS NULL THEN 'html' ELSE 'mjml' END AS format`,
);

/** Versions with their content. */
export const versionsWithContent = selectWith(Prisma.sql`s.html, v.source, s.text`);

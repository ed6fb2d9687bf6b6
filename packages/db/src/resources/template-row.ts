import type { TemplateFormat } from '@postroom/contracts';
import type { StoredTemplate } from '@postroom/core';
import { Prisma } from '../generated/client.ts';

/** What a list says of a template: its content, which may be large, is left out. */
export type TemplateSummary = Omit<
  StoredTemplate,
  'html' | 'source' | 'text' | 'sampleData' | 'requiredVariables' | 'optionalVariables'
> & { readonly format: TemplateFormat };

/** A template as the driver hands it over: an empty array is null. */
export type TemplateRow = Omit<StoredTemplate, 'requiredVariables' | 'optionalVariables'> & {
  readonly requiredVariables: readonly string[] | null;
  readonly optionalVariables: readonly string[] | null;
};

/** A row with its lists. */
export const toTemplate = (row: TemplateRow): StoredTemplate => ({
  ...row,
  requiredVariables: row.requiredVariables ?? [],
  optionalVariables: row.optionalVariables ?? [],
});

const summary = Prisma.sql`t.id, t.name, t.subject, t.sender_profile_id AS "senderProfileId",
  CASE WHEN t.source IS NULL THEN 'html' ELSE 'mjml' END AS format, t.status,
  t.current_snapshot_id AS "currentSnapshotId", t.created_at AS "createdAt", t.updated_at AS "updatedAt"`;

const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT ${summary}, t.html, t.source, t.text, t.sample_data AS "sampleData", s.required_variables AS "requiredVariables",
         s.optional_variables AS "optionalVariables"
  FROM ${source} t JOIN template_snapshots s ON s.id = t.current_snapshot_id`;

/** Reads templates, as `t`, without what of them may be large. */
export const summaries = Prisma.sql`SELECT ${summary} FROM templates t`;

/** Reads templates, as `t`, with their snapshots. */
export const fromTable = selectFrom(Prisma.sql`templates`);
/** Reads, as `t`, what the CTE `written` of the same statement returned. */
export const fromWritten = selectFrom(Prisma.sql`written`);

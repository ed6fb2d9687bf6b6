import type { StoredTemplate, TemplateStatus } from '@postroom/core';
import { Prisma } from '../generated/client.ts';

/** What a list says of a template: its content, which may be large, is left out. */
export type TemplateSummary = Omit<
  StoredTemplate,
  'html' | 'text' | 'sampleData' | 'requiredVariables' | 'optionalVariables'
>;

/** A template of a list as the driver hands it over. */
export type SummaryRow = {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly sender_profile_id: string | null;
  readonly status: TemplateStatus;
  readonly current_snapshot_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** A template as the driver hands it over. */
export type TemplateRow = SummaryRow & {
  readonly html: string;
  readonly text: string | null;
  readonly sample_data: Record<string, unknown> | null;
  readonly required_variables: string[] | null;
  readonly optional_variables: string[] | null;
};

/** Names a row's columns in our own words. */
export const toSummary = (row: SummaryRow): TemplateSummary => ({
  id: row.id,
  name: row.name,
  subject: row.subject,
  senderProfileId: row.sender_profile_id,
  status: row.status,
  currentSnapshotId: row.current_snapshot_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The same of a row with its content. */
export const toTemplate = (row: TemplateRow): StoredTemplate => ({
  ...toSummary(row),
  html: row.html,
  text: row.text,
  sampleData: row.sample_data,
  requiredVariables: row.required_variables ?? [],
  optionalVariables: row.optional_variables ?? [],
});

const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT t.id, t.name, t.subject, t.html, t.text, t.sender_profile_id, t.sample_data, t.status,
         t.current_snapshot_id, s.required_variables, s.optional_variables, t.created_at, t.updated_at
  FROM ${source} t JOIN template_snapshots s ON s.id = t.current_snapshot_id`;

/** Reads templates, as `t`, without what of them may be large. */
export const summaries = Prisma.sql`
  SELECT t.id, t.name, t.subject, t.sender_profile_id, t.status, t.current_snapshot_id, t.created_at, t.updated_at
  FROM templates t`;

/** Reads templates, as `t`, with their snapshots. */
export const fromTable = selectFrom(Prisma.sql`templates`);
/** Reads, as `t`, what the CTE `written` of the same statement returned. */
export const fromWritten = selectFrom(Prisma.sql`written`);

import { Prisma } from '../generated/client.ts';

export type TemplateStatus = 'Active' | 'Archived';

/** A template and the variables of its current snapshot. */
export type StoredTemplate = {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly senderProfileId: string | null;
  readonly sampleData: Record<string, unknown> | null;
  readonly status: TemplateStatus;
  readonly currentSnapshotId: string;
  readonly requiredVariables: readonly string[];
  readonly optionalVariables: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A template as the driver hands it over. */
export type TemplateRow = {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly sender_profile_id: string | null;
  readonly sample_data: Record<string, unknown> | null;
  readonly status: TemplateStatus;
  readonly current_snapshot_id: string;
  readonly required_variables: string[] | null;
  readonly optional_variables: string[] | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Names a row's columns in our own words. */
export const toTemplate = (row: TemplateRow): StoredTemplate => ({
  id: row.id,
  name: row.name,
  subject: row.subject,
  html: row.html,
  text: row.text,
  senderProfileId: row.sender_profile_id,
  sampleData: row.sample_data,
  status: row.status,
  currentSnapshotId: row.current_snapshot_id,
  requiredVariables: row.required_variables ?? [],
  optionalVariables: row.optional_variables ?? [],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT t.id, t.name, t.subject, t.html, t.text, t.sender_profile_id, t.sample_data, t.status,
         t.current_snapshot_id, s.required_variables, s.optional_variables, t.created_at, t.updated_at
  FROM ${source} t JOIN template_snapshots s ON s.id = t.current_snapshot_id`;

/** Reads templates, as `t`, with their snapshots. */
export const fromTable = selectFrom(Prisma.sql`templates`);
/** Reads, as `t`, what the CTE `written` of the same statement returned. */
export const fromWritten = selectFrom(Prisma.sql`written`);

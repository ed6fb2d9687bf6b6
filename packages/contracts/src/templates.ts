import * as z from 'zod';
import {
  dataSchema,
  expected,
  nameSchema,
  subjectTemplateSchema,
  textSchema,
  timeSchema,
  uuidSchema,
} from './fields/fields.ts';
import { pageQuerySchema } from './fields/paging.ts';
import { renderWarningSchema } from './items.ts';

/** Subject, html, source, text and sample data of a template, as JSON: no more than one request can bring. */
export const maxTemplateBytes = 1024 * 1024;

/** A part of a template, in characters: two of them fit into the body limit of 1 MiB. */
export const maxTemplatePart = 500_000;

/** What the html of a template is written as. */
export const templateFormats = ['html', 'mjml'] as const;
export type TemplateFormat = (typeof templateFormats)[number];

/**
 * Names under which templates of old read, without `@`, what the pipeline provides, where the data has none of its own. The
 * list is closed: a name that is added here would take the place of nothing in data that lacks it, and so change mail that
 * is well as it is.
 */
export const bareNames = ['profile', 'sender', 'messageId', 'unsubscribeUrl'] as const;

const templateFields = {
  name: nameSchema,
  subject: subjectTemplateSchema,
  format: z.enum(templateFormats, expected(templateFormats.join(' or '))).optional(),
  html: textSchema(1, maxTemplatePart).optional(),
  source: textSchema(1, maxTemplatePart).nullish(),
  text: textSchema(1, maxTemplatePart).nullish(),
  senderProfileId: uuidSchema.nullish(),
  sampleData: dataSchema.nullish(),
};

export const createTemplateSchema = z.strictObject(templateFields, expected('an object'));
export type CreateTemplate = z.infer<typeof createTemplateSchema>;
export const updateTemplateSchema = z.strictObject(templateFields, expected('an object')).partial();
export type UpdateTemplate = z.infer<typeof updateTemplateSchema>;
export const previewTemplateSchema = z.strictObject({ data: dataSchema.nullish() }, expected('an object'));

const templateStatuses = ['Active', 'Archived'] as const;

/** What a list of templates may be narrowed to. */
export const templatesQuerySchema = pageQuerySchema.extend({
  status: z.enum(templateStatuses, expected(templateStatuses.join(' or '))).optional(),
});

/** A template as lists have it: its content may be large, a page has a hundred. */
export const templateSummarySchema = z.object({
  id: z.guid(),
  name: z.string(),
  subject: z.string(),
  senderProfileId: z.guid().nullable(),
  format: z.enum(templateFormats),
  status: z.enum(templateStatuses),
  currentSnapshotId: z.guid(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type TemplateSummaryResource = z.infer<typeof templateSummarySchema>;

export const templateSchema = templateSummarySchema.extend({
  html: z.string(),
  source: z.string().nullable(),
  text: z.string().nullable(),
  sampleData: z.record(z.string(), z.unknown()).nullable(),
  variables: z.object({ required: z.array(z.string()), optional: z.array(z.string()) }),
});
export type TemplateResource = z.infer<typeof templateSchema>;

/** So many of its last versions are kept of each template. */
export const maxTemplateVersions = 50;

/** A version of a template as lists have it; they count up from 1. */
export const templateVersionSummarySchema = z.object({
  version: z.int(),
  subject: z.string(),
  format: z.enum(templateFormats),
  createdAt: timeSchema,
});
export type TemplateVersionSummaryResource = z.infer<typeof templateVersionSummarySchema>;

/** The number of a version in a path, in the one form that answers have it in. */
export const templateVersionNumberSchema = z
  .string()
  .regex(/^[1-9]\d{0,9}$/)
  .transform(Number)
  .pipe(z.int32());

export const templateVersionsSchema = z.object({ data: z.array(templateVersionSummarySchema) });
export type TemplateVersionsResource = z.infer<typeof templateVersionsSchema>;

export const templateVersionSchema = templateVersionSummarySchema.extend({
  html: z.string(),
  source: z.string().nullable(),
  text: z.string().nullable(),
});
export type TemplateVersionResource = z.infer<typeof templateVersionSchema>;

/** What a template comes to with the data given; `missing` names the variables that had no value. */
export const templatePreviewSchema = z.object({
  subject: z.string(),
  html: z.string().nullable(),
  text: z.string().nullable(),
  missing: z.array(z.string()),
  warnings: z.array(renderWarningSchema).optional(),
});
export type TemplatePreview = z.infer<typeof templatePreviewSchema>;

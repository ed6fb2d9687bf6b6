import type {
  TemplatePreview as Preview,
  TemplateResource,
  TemplateSummaryResource,
  TemplateVersionResource,
  TemplateVersionsResource,
} from '@postroom/contracts';
import type { StoredTemplate, TemplatePreview, TemplateVersion } from '@postroom/core';
import type { TemplateSummary, TemplateVersionSummary } from '@postroom/db';
import { presentWarnings } from './warnings.ts';

/** A template as lists have it. */
export function presentTemplateSummary(template: TemplateSummary): TemplateSummaryResource {
  return {
    id: template.id,
    name: template.name,
    subject: template.subject,
    senderProfileId: template.senderProfileId,
    format: template.format,
    status: template.status,
    currentSnapshotId: template.currentSnapshotId,
    createdAt: template.createdAt.toISOString(),
    updatedAt: template.updatedAt.toISOString(),
  };
}

/** What a template is written as. */
const formatOf = ({ source }: Pick<StoredTemplate, 'source'>) => (source === null ? 'html' : 'mjml');

const presentVersionSummary = ({ version, subject, format, createdAt }: TemplateVersionSummary) => ({
  version,
  subject,
  format,
  createdAt: createdAt.toISOString(),
});

/** The versions of a template. */
export const presentVersions = (versions: readonly TemplateVersionSummary[]): TemplateVersionsResource => ({
  data: versions.map(presentVersionSummary),
});

/** A version with its content. */
export const presentVersion = (version: TemplateVersion): TemplateVersionResource => ({
  ...presentVersionSummary({ ...version, format: formatOf(version) }),
  html: version.html,
  source: version.source,
  text: version.text,
});

/** A template with the variables that its current snapshot reads. */
export function presentTemplate(template: StoredTemplate): TemplateResource {
  return {
    ...presentTemplateSummary({ ...template, format: formatOf(template) }),
    html: template.html,
    source: template.source,
    text: template.text,
    sampleData: template.sampleData,
    variables: { required: [...template.requiredVariables], optional: [...template.optionalVariables] },
  };
}

/** A template as a send would render it. */
export const presentPreview = ({ missing, warnings, ...content }: TemplatePreview): Preview => ({
  ...content,
  missing: [...missing],
  ...presentWarnings(warnings),
});

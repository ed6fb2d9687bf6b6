import type {
  TemplatePreview as Preview,
  TemplateResource,
  TemplateSummaryResource,
} from '@postroom/contracts';
import type { StoredTemplate, TemplatePreview } from '@postroom/core';
import type { TemplateSummary } from '@postroom/db';
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

/** A template with the variables that its current snapshot reads. */
export function presentTemplate(template: StoredTemplate): TemplateResource {
  return {
    ...presentTemplateSummary({ ...template, format: template.source === null ? 'html' : 'mjml' }),
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

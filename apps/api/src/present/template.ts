import type { TemplateResource } from '@postroom/contracts';
import type { StoredTemplate } from '@postroom/db';

/** A template with the variables that its current snapshot reads. */
export function presentTemplate(template: StoredTemplate): TemplateResource {
  return {
    id: template.id,
    name: template.name,
    subject: template.subject,
    html: template.html,
    text: template.text,
    senderProfileId: template.senderProfileId,
    sampleData: template.sampleData,
    status: template.status,
    currentSnapshotId: template.currentSnapshotId,
    variables: { required: [...template.requiredVariables], optional: [...template.optionalVariables] },
    createdAt: template.createdAt.toISOString(),
    updatedAt: template.updatedAt.toISOString(),
  };
}

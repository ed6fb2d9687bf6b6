import type { GroupConfirmation } from '@postroom/contracts';
import { invalidField } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import type { StoredTemplate } from '../templates/template.ts';

export type CheckConfirmationDeps = {
  readonly templates: { find(ref: ResourceRef): Promise<StoredTemplate | null> };
  readonly senderProfiles: { find(ref: ResourceRef): Promise<object | null> };
  /** Whether each part of a template that its recipient reads has the link to confirm. */
  readonly hasConfirmUrl: (template: Pick<StoredTemplate, 'currentSnapshotId' | 'html' | 'text'>) => boolean;
};

const templateField = 'confirmation.templateId';

/** Why a template cannot ask for a confirmation; null: it can. */
export function confirmationProblem(
  deps: Pick<CheckConfirmationDeps, 'hasConfirmUrl'>,
  template: StoredTemplate | null,
): string | null {
  if (template === null) return 'is not a template of this workspace';
  if (template.status !== 'Active') return 'is archived: unarchive it or use another one';
  if (!deps.hasConfirmUrl(template)) {
    return 'has no link to confirm with: put {{@confirmUrl}} into its html, and into its text if it has one';
  }
  const [name] = template.requiredVariables;
  if (name === undefined) return null;
  return `always uses ${name}, which the mail that asks for a confirmation has not: it has {{@profile}} and {{@sender}}`;
}

/** Refuses what could not ask anybody: a template without the link, or a sender that is not there. */
export async function checkConfirmation(
  deps: CheckConfirmationDeps,
  workspaceId: string,
  { templateId, senderProfileId }: GroupConfirmation,
): Promise<void> {
  const [template, sender] = await Promise.all([
    deps.templates.find({ workspaceId, id: templateId }),
    deps.senderProfiles.find({ workspaceId, id: senderProfileId }),
  ]);
  const problem = confirmationProblem(deps, template);
  if (problem !== null) throw invalidField(templateField, problem);
  if (sender === null) {
    throw invalidField('confirmation.senderProfileId', 'is not a sender profile of this workspace');
  }
}

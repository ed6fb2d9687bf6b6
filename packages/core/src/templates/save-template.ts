import { type CreateTemplate, maxTemplateBytes, type UpdateTemplate } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { found, invalidField } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import type { NewTemplate, StoredTemplate, TemplateChange } from './template.ts';
import { checkedContent, rewrittenOf, type TemplateChecks, writtenOf } from './template-draft.ts';

export type SaveTemplateDeps = TemplateChecks & {
  readonly templates: {
    find(ref: ResourceRef): Promise<StoredTemplate | null>;
    create(workspaceId: string, template: NewTemplate): Promise<StoredTemplate>;
    /** Null when there is no such template, or when its content is no longer the one that was changed. */
    update(ref: ResourceRef, change: TemplateChange): Promise<StoredTemplate | null>;
  };
  readonly senderProfiles: { find(ref: ResourceRef): Promise<object | null> };
};

/** How often an update is derived anew because someone else changed the content in between. */
const maxUpdateTries = 3;

/** A template as it is written, or as it is stored, where what was compiled does not count. */
type Content = Pick<StoredTemplate, 'sampleData' | 'source' | 'subject' | 'text'> & {
  readonly html: string | null;
};

/** As a request has it. */
const bytesOf = ({ subject, html, source, text, sampleData }: Content): number =>
  Buffer.byteLength(JSON.stringify({ subject, html: source ?? html, text, sampleData }));

/**
 * Refuses what changes add up to beyond the body limit: no template is larger than one request can make it. One that was
 * larger before may come down in steps.
 */
function refuseGrowth(before: Content, after: Content): void {
  const bytes = bytesOf(after);
  if (bytes <= maxTemplateBytes || bytes <= bytesOf(before)) return;
  const message =
    'the template would be larger than 1 MiB as JSON: subject, html or source, text and sampleData count together';
  throw new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message }] } });
}

async function checkSender(
  deps: SaveTemplateDeps,
  workspaceId: string,
  senderProfileId: string | null | undefined,
): Promise<void> {
  if (!senderProfileId) return;
  const sender = await deps.senderProfiles.find({ workspaceId, id: senderProfileId });
  if (sender === null) throw invalidField('senderProfileId', 'is not a sender profile of this workspace');
}

/** Saves a new template with its snapshot; what cannot work is refused and nothing is written. */
export async function createTemplate(
  deps: SaveTemplateDeps,
  workspaceId: string,
  input: CreateTemplate,
): Promise<StoredTemplate> {
  const { name, senderProfileId = null, sampleData = null } = input;
  const content = await checkedContent(deps, workspaceId, writtenOf(input));
  await checkSender(deps, workspaceId, senderProfileId);
  return deps.templates.create(workspaceId, { name, senderProfileId, sampleData, content });
}

/**
 * Changes a template. New content makes a snapshot; sends that were accepted earlier keep theirs. What the
 * change leaves out comes from the template as it is, as does a change that is made of it, so the write is repeated if that
 * moved meanwhile.
 */
export async function updateTemplate(
  deps: SaveTemplateDeps,
  ref: ResourceRef,
  asked: UpdateTemplate | ((current: StoredTemplate) => UpdateTemplate),
): Promise<StoredTemplate> {
  for (let tries = 0; tries < maxUpdateTries; tries += 1) {
    const current = found(await deps.templates.find(ref), 'template');
    const change = typeof asked === 'function' ? asked(current) : asked;
    const { subject, html, text, source, format, ...fields } = change;
    await checkSender(deps, ref.workspaceId, fields.senderProfileId);
    const hasContent = [subject, html, text, source, format].some((part) => part !== undefined);
    const written = rewrittenOf(current, change);
    const { sampleData = current.sampleData } = fields;
    refuseGrowth(current, { ...written, sampleData });
    const content = hasContent ? await checkedContent(deps, ref.workspaceId, written) : null;
    // What counts together is compared together: two changes at once would each fit, and not both.
    const derivedFrom = hasContent || fields.sampleData !== undefined ? current : null;
    const updated = await deps.templates.update(ref, { fields, content, derivedFrom });
    if (updated !== null) return updated;
  }
  throw new PostroomError(
    'state_conflict',
    'The template was being changed by others at the same moment: read it again and repeat the change.',
  );
}

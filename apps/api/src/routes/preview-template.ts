import { type TemplatePreview, tellNames } from '@postroom/contracts';
import {
  nameWarnings,
  PostroomError,
  type ProvidedValues,
  type RenderedContent,
  type Renderer,
  type RenderInput,
  renderInput,
  type SnapshotContent,
} from '@postroom/core';
import type { ResourceRef, ResourceStores } from '@postroom/db';
import { presentWarnings } from '../present/warnings.ts';
import { notFound } from './refusals.ts';

export type PreviewTemplateDeps = {
  readonly templates: Pick<ResourceStores['templates'], 'find'>;
  readonly senderProfiles: Pick<ResourceStores['senderProfiles'], 'find'>;
  readonly renderer: Renderer;
  /** Which of the required variables the data lacks. */
  readonly missingVariables: (required: readonly string[], data: unknown) => readonly string[];
};

type Context = Readonly<Record<string, unknown>>;

/** What the pipeline provides, for a recipient whom nobody knows. */
const provided = {
  profile: { id: null, email: 'recipient@example.com', externalId: null },
  unsubscribeUrl: 'https://example.com/unsubscribe',
  messageId: '00000000-0000-0000-0000-000000000000',
};

const subjectMark = '-';

/**
 * Renders a template whose data is incomplete. The renderer refuses a subject that comes to nothing, as a
 * send must; here it is shown as empty, by rendering it behind a mark that is cut off again.
 */
async function renderEmptySubject(
  renderer: Renderer,
  snapshot: SnapshotContent,
  { context, provided }: RenderInput,
): Promise<RenderedContent | null> {
  const marked = { ...snapshot, subject: `${subjectMark}${snapshot.subject}` };
  const outcome = await renderer.render(marked, context, { provided });
  if (outcome.kind === 'failed' || outcome.content.subject !== subjectMark) return null;
  return { ...outcome.content, subject: '' };
}

async function senderOf(
  deps: PreviewTemplateDeps,
  workspaceId: string,
  senderProfileId: string | null,
): Promise<ProvidedValues['sender']> {
  const sender =
    senderProfileId === null ? null : await deps.senderProfiles.find({ workspaceId, id: senderProfileId });
  return sender === null
    ? { email: 'sender@example.com', name: null }
    : { email: sender.from.email, name: sender.from.name };
}

/** Renders a template as a send would, with the data given, else its sample data; sends nothing. */
export async function previewTemplate(
  deps: PreviewTemplateDeps,
  ref: ResourceRef,
  data: Context | null,
): Promise<TemplatePreview> {
  const template = await deps.templates.find(ref);
  if (template === null) throw notFound('template');
  const given = data ?? template.sampleData ?? {};
  const missing = [...deps.missingVariables(template.requiredVariables, given)];
  const { subject, html, text } = template;
  const snapshot = { id: template.currentSnapshotId, kind: 'template', subject, html, text } as const;
  const sender = await senderOf(deps, ref.workspaceId, template.senderProfileId);
  const input = renderInput(given, { ...provided, sender });
  const outcome = await deps.renderer.render(snapshot, input.context, { provided: input.provided });
  const notes = { missing, ...presentWarnings(nameWarnings(given)) };
  if (outcome.kind === 'rendered') return { ...outcome.content, ...notes };
  const incomplete = missing.length > 0 ? await renderEmptySubject(deps.renderer, snapshot, input) : null;
  if (incomplete !== null) return { ...incomplete, ...notes };
  throw new PostroomError('unprocessable', `The template cannot be rendered: ${outcome.reason}.`, {
    details: { reason: outcome.reason, missing: tellNames(missing).shown },
  });
}

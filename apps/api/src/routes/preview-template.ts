import type { TemplatePreview } from '@postroom/contracts';
import { PostroomError, type RenderedContent, type Renderer, type SnapshotContent } from '@postroom/core';
import type { ResourceRef, ResourceStores } from '@postroom/db';
import { notFound } from './refusals.ts';

export type PreviewTemplateDeps = {
  readonly templates: Pick<ResourceStores['templates'], 'find'>;
  readonly senderProfiles: Pick<ResourceStores['senderProfiles'], 'find'>;
  readonly renderer: Renderer;
  /** Which of the required variables the data lacks. */
  readonly missingVariables: (required: readonly string[], data: unknown) => readonly string[];
};

type Context = Readonly<Record<string, unknown>>;

/** What a send puts beside its data, for a recipient whom nobody knows. */
const providedNames = {
  profile: { id: null, email: 'recipient@example.com', externalId: null, attributes: {} },
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
  context: Context,
): Promise<RenderedContent | null> {
  const marked = { ...snapshot, subject: `${subjectMark}${snapshot.subject}` };
  const outcome = await renderer.render(marked, context);
  if (outcome.kind === 'failed' || outcome.content.subject !== subjectMark) return null;
  return { ...outcome.content, subject: '' };
}

async function senderOf(
  deps: PreviewTemplateDeps,
  workspaceId: string,
  senderProfileId: string | null,
): Promise<Context> {
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
  const context = { ...given, ...providedNames, sender };
  const outcome = await deps.renderer.render(snapshot, context);
  if (outcome.kind === 'rendered') return { ...outcome.content, missing };
  const incomplete = missing.length > 0 ? await renderEmptySubject(deps.renderer, snapshot, context) : null;
  if (incomplete !== null) return { ...incomplete, missing };
  throw new PostroomError('unprocessable', `The template cannot be rendered: ${outcome.reason}.`, {
    details: { reason: outcome.reason, missing },
  });
}

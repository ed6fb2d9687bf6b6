import { tellNames } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { found } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import { nameWarnings, type ProvidedValues, type RenderWarning, renderInput } from '../send/render-input.ts';
import type { RenderedContent, Renderer, SnapshotContent } from '../send/renderer.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import { isShowable, maxBytesMadeOf, notShowable } from '../send/shown-bytes.ts';
import type { StoredSenderProfile } from '../senders/sender.ts';
import type { StoredTemplate } from './template.ts';
import { checkedContent, type TemplateChecks, type WrittenContent } from './template-draft.ts';

export type PreviewTemplateDeps = {
  readonly templates: { find(ref: ResourceRef): Promise<StoredTemplate | null> };
  readonly senderProfiles: { find(ref: ResourceRef): Promise<Pick<StoredSenderProfile, 'from'> | null> };
  readonly renderer: Renderer;
  /** Which of the required variables the data lacks. */
  readonly missingVariables: (required: readonly string[], data: unknown) => readonly string[];
};

/** A template as a send would render it, and what was left empty or could surprise. */
export type TemplatePreview = RenderedContent & {
  readonly missing: readonly string[];
  readonly warnings: readonly RenderWarning[];
};

type Context = Readonly<Record<string, unknown>>;

/** What the pipeline provides, for a recipient whom nobody knows. */
const provided = {
  profile: { id: null, email: 'recipient@example.com', externalId: null },
  unsubscribeUrl: 'https://example.com/unsubscribe',
  messageId: '00000000-0000-0000-0000-000000000000',
};

const subjectMark = '-';

/** Whoever looks at a preview waits no longer than this for it to be begun, in milliseconds. */
const maxWaitMs = 3_000;

/**
 * Renders a template whose data is incomplete. The renderer refuses a subject that comes to nothing, as a
 * send must; here it is shown as empty, by rendering it behind a mark that is cut off again.
 */
async function renderEmptySubject(
  render: (snapshot: SnapshotContent) => ReturnType<Renderer['render']>,
  snapshot: SnapshotContent,
): Promise<RenderedContent | null> {
  const outcome = await render({ ...snapshot, subject: `${subjectMark}${snapshot.subject}` });
  if (outcome.kind !== 'rendered' || outcome.content.subject !== subjectMark) return null;
  return { ...outcome.content, subject: '' };
}

async function senderOf(
  deps: Pick<PreviewTemplateDeps, 'senderProfiles'>,
  workspaceId: string,
  senderProfileId: string | null,
): Promise<ProvidedValues['sender']> {
  const sender =
    senderProfileId === null ? null : await deps.senderProfiles.find({ workspaceId, id: senderProfileId });
  return sender?.from ?? { email: 'sender@example.com', name: null };
}

/** What a preview is made of. */
type Previewed = {
  readonly workspaceId: string;
  readonly snapshot: SnapshotContent;
  readonly senderProfileId: string | null;
  readonly requiredVariables: readonly string[];
  readonly given: Context;
};

async function renderPreview(
  deps: Omit<PreviewTemplateDeps, 'templates'>,
  { workspaceId, snapshot, senderProfileId, requiredVariables, given }: Previewed,
): Promise<TemplatePreview> {
  const missing = deps.missingVariables(requiredVariables, given);
  const sender = await senderOf(deps, workspaceId, senderProfileId);
  const input = renderInput(given, { ...provided, sender });
  const options = { provided: input.provided, workspaceId, waitMs: maxWaitMs };
  const render = (some: SnapshotContent) => deps.renderer.render(some, input.context, options);
  const outcome = await render(snapshot);
  const notes = { missing, warnings: nameWarnings(given) };
  if (outcome.kind === 'rendered') {
    const { subject, html, text } = snapshot;
    const maxBytes = maxBytesMadeOf({ subject, html, text, given });
    if (isShowable(outcome.content, maxBytes)) return { ...outcome.content, ...notes };
    throw cannotRender(notShowable(maxBytes), missing);
  }
  if (outcome.kind === 'busy') throw renderingBusy(outcome.refusal);
  // What ran away is not tried again: only a subject that needs what is missing is.
  const mayBeSubject = missing.length > 0 && outcome.reason.startsWith('subject');
  const incomplete = mayBeSubject ? await renderEmptySubject(render, snapshot) : null;
  if (incomplete !== null) return { ...incomplete, ...notes };
  throw cannotRender(outcome.reason, missing);
}

const cannotRender = (reason: string, missing: readonly string[]) =>
  new PostroomError('unprocessable', `The template cannot be rendered: ${reason}.`, {
    details: { reason, missing: tellNames(missing).shown },
  });

/** Renders a template as a send would, with the data given, else its sample data; sends nothing. */
export async function previewTemplate(
  deps: PreviewTemplateDeps,
  ref: ResourceRef,
  data: Context | null,
): Promise<TemplatePreview> {
  const template = found(await deps.templates.find(ref), 'template');
  const { subject, html, text, senderProfileId, requiredVariables } = template;
  return renderPreview(deps, {
    workspaceId: ref.workspaceId,
    snapshot: { id: template.currentSnapshotId, kind: 'template', subject, html, text },
    senderProfileId,
    requiredVariables,
    given: data ?? template.sampleData ?? {},
  });
}

export type PreviewDraftDeps = Omit<PreviewTemplateDeps, 'templates'> &
  TemplateChecks & { readonly newId: () => string };

/** Renders what is not saved yet, as a send would; refuses what cannot be saved, and says where. */
export async function previewDraft(
  deps: PreviewDraftDeps,
  workspaceId: string,
  draft: {
    readonly written: WrittenContent;
    readonly data: Context;
    readonly senderProfileId: string | null;
  },
): Promise<TemplatePreview> {
  const { subject, html, text, variables } = await checkedContent(deps, workspaceId, draft.written);
  return renderPreview(deps, {
    workspaceId,
    snapshot: { id: deps.newId(), kind: 'template', subject, html, text },
    senderProfileId: draft.senderProfileId,
    requiredVariables: variables.required,
    given: draft.data,
  });
}

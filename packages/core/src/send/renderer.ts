/** What a send is rendered from: an immutable copy of a template, or literal content. */
export type SnapshotContent = {
  readonly id: string;
  /** `literal` content is final and passes through unrendered. */
  readonly kind: 'template' | 'literal';
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
};

export type RenderedContent = {
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
};

/** Why something was not begun: its own workspace has too much under way, or all together have. */
export type LineRefusal = 'own_line_full' | 'all_lines_full';

/**
 * `failed` is final: the same template with the same data would fail again. `busy` was not begun in its time; asked again
 * later it may be. `stopped` was begun and took too much, and had no time left to be tried a second time. No `reason`
 * holds data.
 */
export type RenderOutcome =
  | { readonly kind: 'rendered'; readonly content: RenderedContent }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'busy'; readonly refusal: LineRefusal }
  | { readonly kind: 'stopped'; readonly reason: string };

/** For whom something is rendered. */
export type RenderAsker = {
  readonly workspaceId: string;
  /** How long it may wait until it is begun, in milliseconds. */
  readonly waitMs: number;
  /** How often it found no place before, if it did: within its workspace, who missed more turns comes first. */
  readonly turnsMissed?: number;
};

/** Values by name, as templates read them. */
export type TemplateValues = Readonly<Record<string, unknown>>;

/** What goes with one render beside its context. */
export type RenderOptions = RenderAsker & {
  /** What templates read as `{{@name}}`: no data can have such names. */
  readonly provided?: TemplateValues;
};

/** Renders one snapshot with one context; never rejects for what a template or its data can do. */
export type Renderer = {
  render(snapshot: SnapshotContent, context: TemplateValues, options: RenderOptions): Promise<RenderOutcome>;
};

/** A snapshot whose subject is not wanted, under an id of its own, since renderers remember by id. */
const withoutSubject = (snapshot: SnapshotContent): SnapshotContent => ({
  ...snapshot,
  id: `${snapshot.id}/body`,
  subject: '-',
});

type Rendering = {
  /** A subject that is final and is not rendered: the snapshot's own may then be anything. Null: the snapshot's own. */
  readonly subject: string | null;
  readonly context: TemplateValues;
  readonly options: RenderOptions;
};

/** Renders what a send is made of, under the send's own subject if it has one. */
export async function renderSend(
  renderer: Renderer,
  snapshot: SnapshotContent,
  { subject, context, options }: Rendering,
): Promise<RenderOutcome> {
  if (subject === null) return renderer.render(snapshot, context, options);
  const outcome = await renderer.render(withoutSubject(snapshot), context, options);
  return outcome.kind === 'rendered' ? { ...outcome, content: { ...outcome.content, subject } } : outcome;
}

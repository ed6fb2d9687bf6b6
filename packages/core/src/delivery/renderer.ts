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

/** `failed` is final: the same template with the same data would fail again. `reason` holds no data. */
export type RenderOutcome =
  | { readonly kind: 'rendered'; readonly content: RenderedContent }
  | { readonly kind: 'failed'; readonly reason: string };

/** Values by name, as templates read them. */
export type TemplateValues = Readonly<Record<string, unknown>>;

/** What goes with one render beside its context. */
export type RenderOptions = {
  /** What templates read as `{{@name}}`: no data can have such names. */
  readonly provided?: TemplateValues;
};

/** Renders one snapshot with one context; never rejects for what a template or its data can do. */
export type Renderer = {
  render(snapshot: SnapshotContent, context: TemplateValues, options?: RenderOptions): Promise<RenderOutcome>;
};

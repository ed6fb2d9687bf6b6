import type { TemplateFormat, TemplateResource, TemplateVersionResource } from '@postroom/contracts';

/** A template as it stands in its editor: all of it text. */
export type Draft = {
  readonly name: string;
  readonly subject: string;
  readonly format: TemplateFormat;
  /** Html, or the MJML that html is made of. */
  readonly code: string;
  readonly text: string;
  readonly senderProfileId: string;
  readonly sampleData: string;
};

/** Where a new one begins. */
export const emptyDraft: Draft = {
  name: '',
  subject: 'Hello {{name}}',
  format: 'html',
  code: '<p>Hello {{name}},</p>\n<p>…</p>\n',
  text: '',
  senderProfileId: '',
  sampleData: '{\n  "name": "Ada"\n}',
};

/** The content of a template, or of a version of it, as it is edited. */
export const writtenOf = ({
  subject,
  format,
  source,
  html,
  text,
}: TemplateVersionResource | TemplateResource) => ({
  subject,
  format,
  code: source ?? html,
  text: text ?? '',
});

/** A template as it is edited. */
export const draftOf = (template: TemplateResource): Draft => ({
  name: template.name,
  ...writtenOf(template),
  senderProfileId: template.senderProfileId ?? '',
  sampleData: template.sampleData === null ? '' : JSON.stringify(template.sampleData, null, 2),
});

const isSame = (one: Draft, other: Draft) => JSON.stringify(one) === JSON.stringify(other);

/** Whether a draft says something else than what is stored, or than where a new one begins. */
export const isEdited = (draft: Draft, stored: TemplateResource | null): boolean =>
  !isSame(draft, stored === null ? emptyDraft : draftOf(stored));

/** The draft behind a save: what is stored, unless somebody has typed on meanwhile. */
export const draftBehind = (draft: Draft, sent: Draft, stored: TemplateResource): Draft =>
  isSame(draft, sent) ? draftOf(stored) : draft;

/** What of a draft is content, as the API takes it. */
export const contentOf = ({ subject, format, code, text, senderProfileId }: Draft) => ({
  subject,
  format,
  ...(format === 'mjml' ? { source: code } : { html: code }),
  text: text === '' ? null : text,
  senderProfileId: senderProfileId === '' ? null : senderProfileId,
});

/** Sample data as it was typed: an object, none, or what is no object. */
export type TypedData =
  | { readonly kind: 'ok'; readonly value: Readonly<Record<string, unknown>> | null }
  | { readonly kind: 'bad'; readonly problem: string };

/** Reads sample data. */
export function dataOf(text: string): TypedData {
  if (text.trim() === '') return { kind: 'ok', value: null };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { kind: 'ok', value: { ...value } };
    return { kind: 'bad', problem: 'This has to be an object: { … }' };
  } catch (error) {
    return { kind: 'bad', problem: error instanceof Error ? error.message : 'This is no JSON.' };
  }
}

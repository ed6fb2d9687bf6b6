import type { TemplateFormat, TemplateResource } from '@postroom/contracts';

/** A template as it stands in its editor: all of it text. */
export type Draft = {
  readonly name: string;
  readonly subject: string;
  readonly format: TemplateFormat;
  /** What it is written as: html, or MJML. */
  readonly html: string;
  readonly text: string;
  readonly senderProfileId: string;
  readonly sampleData: string;
};

/** Where a new one begins. */
export const emptyDraft: Draft = {
  name: '',
  subject: 'Hello {{name}}',
  format: 'html',
  html: '<p>Hello {{name}},</p>\n<p>…</p>\n',
  text: '',
  senderProfileId: '',
  sampleData: '{\n  "name": "Ada"\n}',
};

/** A template as it is edited. */
export const draftOf = ({
  name,
  subject,
  format,
  html,
  source,
  text,
  senderProfileId,
  sampleData,
}: TemplateResource): Draft => ({
  name,
  subject,
  format,
  html: source ?? html,
  text: text ?? '',
  senderProfileId: senderProfileId ?? '',
  sampleData: sampleData === null ? '' : JSON.stringify(sampleData, null, 2),
});

/** What of a draft is the template's content, as requests have it. */
export const contentOf = ({
  subject,
  format,
  html,
  text,
  senderProfileId,
}: Omit<Draft, 'name' | 'sampleData'>) => ({
  subject,
  format,
  ...(format === 'mjml' ? { source: html } : { html }),
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

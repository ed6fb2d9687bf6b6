/** A tag of a template: its words, and whether it prints without escaping. */
export type Tag = { readonly words: string; readonly isRaw: boolean };

/** What stands in a tag's place: a text of ours, or null, if there is none that means the same. */
type Rewrite = (tag: Tag) => string | null;

export type Translated = { readonly text: string; readonly untranslated: readonly string[] };

/** A tag of ours with these words, escaped or not as the one that it stands for. */
export const tagOf = (words: string, { isRaw }: Pick<Tag, 'isRaw'>): string =>
  isRaw ? `{{{${words}}}}` : `{{${words}}}`;

/** Comments of either form, raw tags, and all others. */
const tags = /\{\{!--[\s\S]*?--\}\}|\{\{![\s\S]*?\}\}|\{\{\{([\s\S]*?)\}\}\}|\{\{([\s\S]*?)\}\}/g;

/** Rewrites each tag of a text, and names those that have no word here; they stay as they are. Pure. */
export function translateTags(text: string, rewrite: Rewrite): Translated {
  const untranslated: string[] = [];
  const translated = text.replace(tags, (whole: string, raw?: string, plain?: string) => {
    if (raw === undefined && plain === undefined) return '';
    const unescaped = plain?.startsWith('&') === true;
    const words = (raw ?? plain ?? '').replace(/^&/, '').trim();
    const rewritten = rewrite({ words, isRaw: raw !== undefined || unescaped });
    if (rewritten === null) untranslated.push(whole);
    return rewritten ?? whole;
  });
  return { text: translated, untranslated };
}

/** The words of a tag; those in quotes are one. */
export const wordsOf = (text: string): readonly string[] => text.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];

/** A text as a literal of a template; null: it holds both kinds of quotes. */
export function literalOf(text: string): string | null {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? null : `'${text}'`;
}

/** A tag of a template: its words, and whether it prints without escaping. */
export type TemplateTag = { readonly words: string; readonly isRaw: boolean };

/** What stands in a tag's place: a text of ours, or null, if there is none that means the same. */
type Rewrite = (tag: TemplateTag) => string | null;

/** A text with tags of ours, and those of its tags that have no word here. */
export type TranslatedTags = { readonly text: string; readonly untranslated: readonly string[] };

/** A tag of ours with these words, escaped or not as the one that it stands for. */
export const templateTag = (words: string, { isRaw }: Pick<TemplateTag, 'isRaw'>): string =>
  isRaw ? `{{{${words}}}}` : `{{${words}}}`;

/** Comments of either form, raw tags, and all others. */
const comment = { open: '{{!--', close: '--}}' };
const shortComment = { open: '{{!', close: '}}' };
const raw = { open: '{{{', close: '}}}' };
const plain = { open: '{{', close: '}}' };

/**
 * Rewrites each tag of a text, and names those that have no word here; they stay as they are. Pure, and as long as the text is:
 * what is not closed anywhere is not looked for again.
 */
export function translateTags(text: string, rewrite: Rewrite): TranslatedTags {
  const untranslated: string[] = [];
  const kinds = [comment, shortComment, raw, plain].map((kind) => ({
    ...kind,
    last: text.lastIndexOf(kind.close),
  }));
  let done = '';
  let at = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', at)) {
    const kind = kinds.find(({ open, last }) => text.startsWith(open, start) && start + open.length <= last);
    if (kind === undefined) break;
    const { open, close } = kind;
    const end = text.indexOf(close, start + open.length);
    const inside = text.slice(start + open.length, end);
    const whole = text.slice(start, end + close.length);
    done += text.slice(at, start);
    at = end + close.length;
    if (open === comment.open || open === shortComment.open) continue;
    const isRaw = open === raw.open || inside.startsWith('&');
    const rewritten = rewrite({ words: inside.replace(/^&/, '').trim(), isRaw });
    if (rewritten === null) untranslated.push(whole);
    done += rewritten ?? whole;
  }
  return { text: done + text.slice(at), untranslated };
}

/** A text as a literal of a template; null: it holds both kinds of quotes. */
export function templateLiteral(text: string): string | null {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? null : `'${text}'`;
}

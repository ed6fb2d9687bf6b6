/** A tag of a template: its words, and whether it prints without escaping. */
export type TemplateTag = { readonly words: string; readonly isRaw: boolean };

/** What stands in a tag's place: a text of ours, or null, if there is none that means the same. */
type Rewrite = (tag: TemplateTag) => string | null;

/** A text with tags of ours, and those of its tags that have no word here. */
export type TranslatedTags = { readonly text: string; readonly untranslated: readonly string[] };

/** A tag of ours with these words, escaped or not as the one that it stands for. */
export const templateTag = (words: string, { isRaw }: Pick<TemplateTag, 'isRaw'>): string =>
  isRaw ? `{{{${words}}}}` : `{{${words}}}`;

const literal = String.raw`"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?`;
const begunDefault = new RegExp(String.raw`\{\{\{?default [\w.]+ (?:${literal})`, 'y');
const wholeDefault = new RegExp(String.raw`^default ([A-Za-z_][\w.]*) (${literal})$`);

/** The words of a tag that prints a name, or a literal where the data has none. */
export const defaultWords = (name: string, literal: string): string => `default ${name} ${literal}`;

/** The name and the literal of words made by `defaultWords`; null: they are others. */
export function readDefault(words: string): { readonly name: string; readonly literal: string } | null {
  const [, name, found] = wholeDefault.exec(words) ?? [];
  return name === undefined || found === undefined ? null : { name, literal: found };
}

/** Where the end of a tag is looked for: behind the literal of one of ours, which may hold what ends a tag. */
function behindLiteral(text: string, start: number, { open, close }: typeof raw): number {
  begunDefault.lastIndex = start;
  const isOurs = begunDefault.test(text) && text.startsWith(close, begunDefault.lastIndex);
  return isOurs ? begunDefault.lastIndex : start + open.length;
}

/** Comments of either form, raw tags, and all others. */
const comment = { open: '{{!--', close: '--}}' };
const shortComment = { open: '{{!', close: '}}' };
const raw = { open: '{{{', close: '}}}' };
const plain = { open: '{{', close: '}}' };

/**
 * Rewrites each tag of a text, and names those that have no word here; they stay as they are. Pure, and as long as the text is:
 * what is not closed anywhere is not looked for again. It ends once there are more than `most` characters of it, which are answered.
 */
export function translateTags(
  text: string,
  rewrite: Rewrite,
  most = Number.POSITIVE_INFINITY,
): TranslatedTags {
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
    const end = text.indexOf(close, behindLiteral(text, start, kind));
    const inside = text.slice(start + open.length, end);
    const whole = text.slice(start, end + close.length);
    done += text.slice(at, start);
    at = end + close.length;
    if (open === comment.open || open === shortComment.open) continue;
    const isRaw = open === raw.open || inside.startsWith('&');
    const rewritten = rewrite({ words: inside.replace(/^&/, '').trim(), isRaw });
    if (rewritten === null) untranslated.push(whole);
    done += rewritten ?? whole;
    if (done.length > most) return { text: done, untranslated };
  }
  return { text: done + text.slice(at), untranslated };
}

/** A text as a literal of a template; null: it holds both kinds of quotes, or a backslash before the quote that would end it. */
export function templateLiteral(text: string): string | null {
  if (text.endsWith('\\')) return null;
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? null : `'${text}'`;
}

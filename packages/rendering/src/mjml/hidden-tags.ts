import { problemAt, type TemplateProblem } from '../template/part.ts';
import { scanTags, type Tag } from '../template/scan-tags.ts';
import { maxHtmlLength, tooMuchHtml } from './mjml-messages.ts';

/** An MJML source in which words that mean nothing stand for what Handlebars reads, and what each stands for. */
export type HiddenTags = {
  readonly source: string;
  readonly tags: readonly HiddenTag[];
  /** One of those words, or any. */
  readonly word: RegExp;
};

type HiddenTag = { readonly text: string; readonly kind: Tag['kind']; readonly offset: number };

/** A word of letters that the source does not have: every step of MJML and of its css leaves it as it is. */
function unusedWord(source: string): string {
  let word = 'hbsTag';
  while (source.includes(word)) word += 'Tag';
  return word;
}

/**
 * Puts words in the place of all tags: quotes and signs within them would end attributes and elements, and MJML checks what
 * colours and sizes say. The source has to have passed the check of templates, so that every tag ends.
 */
export function hideTags(source: string): HiddenTags {
  const word = unusedWord(source);
  const tags: HiddenTag[] = [];
  let hidden = '';
  let at = 0;
  for (const { kind, offset, end } of scanTags(source).tags) {
    hidden += `${source.slice(at, offset)}${word}${tags.length}x`;
    tags.push({ text: source.slice(offset, end), kind, offset });
    at = end;
  }
  return { source: hidden + source.slice(at), tags, word: new RegExp(`${word}(\\d+)x`, 'g') };
}

/** What a tag may stand in that MJML computes with, which comes to no number then. */
const notNumber = /NaN/;

/**
 * The html with its tags again, or what MJML made of one that cannot be: one that stands where it drops text would be
 * missing from each mail without a word.
 */
export function showTags(
  original: string,
  { tags, word }: HiddenTags,
  html: string,
):
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: 'lost'; readonly problem: TemplateProblem } {
  const seen = new Set<number>();
  let length = html.length;
  const shown = html.replaceAll(word, (_word, number: string) => {
    seen.add(Number(number));
    const text = tags[Number(number)]?.text ?? '';
    length += text.length;
    return length > maxHtmlLength ? '' : text;
  });
  if (length > maxHtmlLength) return { kind: 'lost', problem: problemAt(original, 0, tooMuchHtml) };
  const lost = tags.find(
    ({ kind }, number) => !seen.has(number) && kind !== 'comment' && kind !== 'long-comment',
  );
  if (lost !== undefined) {
    const reason = 'MJML drops what stands here: put it into mj-raw, or into an element that holds text';
    return { kind: 'lost', problem: problemAt(original, lost.offset, reason) };
  }
  if (notNumber.test(html) && !notNumber.test(original)) {
    const reason = 'MJML computes with a size that is an expression: write it as a number';
    return { kind: 'lost', problem: problemAt(original, sizeWithTag(original, tags), reason) };
  }
  return { kind: 'html', html: shown };
}

/** Where a tag first stands in an attribute that says how large something is; 0 if none does. */
function sizeWithTag(source: string, tags: readonly HiddenTag[]): number {
  const size = /(?:width|height|padding[\w-]*|border[\w-]*|[\w-]*size|[\w-]*spacing)\s*=\s*["'][^"'<>]*$/;
  const before = 200;
  return (
    tags.find(({ offset }) => size.test(source.slice(Math.max(0, offset - before), offset)))?.offset ?? 0
  );
}

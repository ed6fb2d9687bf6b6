/** One `{{...}}` as the lexer of Handlebars delimits it. */
export type Tag = {
  readonly kind: 'open' | 'chain' | 'close' | 'comment' | 'long-comment' | 'value';
  readonly name: string;
  readonly offset: number;
  readonly end: number;
  readonly tokens: number;
  /** How deep its parentheses nest. */
  readonly nesting: number;
};

/**
 * The tags of a source in order, and how many tokens they have; `brokenAt` is the offset of a tag that never ends, with which
 * no source parses, and `fullAt` that of the one with which there are too many tokens, where reading stopped.
 */
export type TagScan = {
  readonly tags: readonly Tag[];
  readonly tokens: number;
  readonly brokenAt: number | null;
  readonly fullAt: number | null;
};

const commentPattern = /\{\{~?!(--)?/y;
const longCommentEnd = /--~?\}\}/g;
const rawOpenPattern = /\{\{\{\{(?!\/)/y;
const openerPattern =
  /\{\{~?(?:(?<open>#[>*]?|\^(?!\s*~?\}\}))|(?<close>\/)|(?<chain>\s*else\b(?!\s*~?\}\}))|)\s*(?<name>[^\s~{}()|]*)/y;
const tokenPattern =
  /"(?:\\["]|[^"])*"|'(?:\\[']|[^'])*'|\[(?:\\\]|[^\]])*\]|(?<end>~?\}\}\}?\}?)|(?<gap>\s+)|[^\s"'[{}~()=|./]+|[\s\S]/y;

/**
 * Finds the tags of a template without parsing it, in linear time, and reads no further than the tokens that it may have.
 * The parser of Handlebars can be made to work for seconds, so its input is measured with this first;
 * the rules for escapes, comments, strings and raw blocks are those of its lexer.
 */
export function scanTags(source: string, maxTokens = Number.POSITIVE_INFINITY): TagScan {
  const tags: Tag[] = [];
  let tokens = 0;
  let position = 0;
  for (;;) {
    const offset = source.indexOf('{{', position);
    if (offset === -1) return { tags, tokens, brokenAt: null, fullAt: null };
    const before = source.slice(Math.max(position, offset - 2), offset);
    const isEscaped = before.endsWith('\\') && before !== '\\\\';
    const tag = isEscaped ? escapeAt(offset) : readTagAt(source, offset, maxTokens - tokens);
    if (tag === null) return { tags, tokens, brokenAt: offset, fullAt: null };
    tags.push(tag);
    tokens += tag.tokens;
    if (tokens > maxTokens) return { tags, tokens, brokenAt: null, fullAt: offset };
    position = tag.end;
  }
}

/** How many tokens the parser will find inside the tags of a source, at most. */
export const countTokens = (source: string): number => scanTags(source).tokens;

/** `\{{` is text up to the next tag; the lexer takes much longer over one than over a token. */
function escapeAt(offset: number): Tag {
  return { kind: 'value', name: '', offset, end: offset + 2, tokens: 10, nesting: 0 };
}

/** Of a tag that has more tokens than are left, not all is read. */
function readTagAt(source: string, offset: number, left: number): Tag | null {
  const comment = matchAt(commentPattern, source, offset);
  return comment === null
    ? readTag(source, offset, left)
    : readComment(source, offset, comment[1] !== undefined);
}

function readComment(source: string, offset: number, isLong: boolean): Tag | null {
  const end = isLong ? endOfLongComment(source, offset) : source.indexOf('}}', offset) + 2;
  if (end <= offset) return null;
  return { kind: isLong ? 'long-comment' : 'comment', name: '', offset, end, tokens: 1, nesting: 0 };
}

function endOfLongComment(source: string, offset: number): number {
  longCommentEnd.lastIndex = offset;
  return longCommentEnd.exec(source) === null ? -1 : longCommentEnd.lastIndex;
}

function readTag(source: string, offset: number, left: number): Tag | null {
  const isRaw = matchAt(rawOpenPattern, source, offset) !== null;
  const opener = matchAt(openerPattern, source, offset)?.groups ?? {};
  const body = readTokens(source, offset + (isRaw ? 4 : 2), left);
  if (body === null) return null;
  const tag = { name: opener.name ?? '', offset, tokens: body.tokens + 1, nesting: body.nesting };
  if (isRaw && tag.tokens <= left) {
    const end = endOfRawBlock(source, body.end);
    return end === -1 ? null : { ...tag, tokens: tag.tokens + 1, kind: 'value', end };
  }
  return { ...tag, kind: kindOf(opener), end: body.end };
}

function kindOf(opener: Partial<Record<string, string>>): Tag['kind'] {
  if (opener.open !== undefined) return 'open';
  if (opener.close !== undefined) return 'close';
  return opener.chain === undefined ? 'value' : 'chain';
}

type TagBody = { readonly end: number; readonly tokens: number; readonly nesting: number };

function readTokens(source: string, start: number, left: number): TagBody | null {
  let tokens = 0;
  let nesting = 0;
  let deepest = 0;
  tokenPattern.lastIndex = start;
  for (let match = tokenPattern.exec(source); match !== null; match = tokenPattern.exec(source)) {
    const [text] = match;
    if (match.groups?.gap === undefined) tokens += 1;
    if (match.groups?.end !== undefined || tokens > left) {
      return { end: tokenPattern.lastIndex, tokens, nesting: deepest };
    }
    // A quote or bracket that is never closed: the parser stops at it too.
    if (text === '"' || text === "'" || text === '[') return null;
    if (text === '(') deepest = Math.max(deepest, ++nesting);
    if (text === ')') nesting -= 1;
  }
  return null;
}

function endOfRawBlock(source: string, start: number): number {
  let nesting = 1;
  let position = start;
  while (nesting > 0) {
    const next = source.indexOf('{{{{', position);
    if (next === -1) return -1;
    nesting += source[next + 4] === '/' ? -1 : 1;
    position = next + 4;
  }
  const end = source.indexOf('}}}}', position);
  return end === -1 ? -1 : end + 4;
}

function matchAt(pattern: RegExp, source: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(source);
}

import { decodeHTMLAttribute } from 'entities/decode';
import { QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** An attribute of a start tag: where it stands in the document, where its value does between its quotes, and what that says. */
export type Attribute = {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly value: string;
};

/** What of a document is read; names are in lower case. */
type TagReader = {
  readonly tags: Names;
  readonly attributes: Names;
  readonly endTags: Names;
  /** Hears of each of those start tags, with those attributes. */
  readonly onStartTag: (attributes: readonly Attribute[]) => void;
  /** Hears of each of those end tags, and where it begins. */
  readonly onEndTag: (start: number) => void;
};

/** Finds a name that is looked for at a place of a document; null: it is none of them. */
export type Names = (html: string, start: number, end: number) => string | null;

/** Names that are looked for. Most others differ in their length, and are not even read. */
export function namesOf(...names: readonly string[]): Names {
  const lengths = new Set(names.map(({ length }) => length));
  const known = new Set(names);
  return (html, start, end) => {
    if (!lengths.has(end - start)) return null;
    const name = html.slice(start, end).toLowerCase();
    return known.has(name) ? name : null;
  };
}

/** What mail clients of Microsoft take for html, and all others for a comment. */
const conditional = /^\[if\s[^\]]*\]>/i;
const conditionalEnd = '<![endif]';

/** How much of an attribute comes behind its value: the quote, where there is one. */
const behindValue = (quote: QuoteType) => (quote === QuoteType.Double || quote === QuoteType.Single ? 1 : 0);

/** A value that is longer, as it is written, leads nowhere that is tracked: no entity is written in so many characters for one. */
const maxDecoded = 65_536;

/** Entities count by the rules of attributes (HTML standard, section 13.2.5.72). */
function decoded(value: string): string {
  if (value.length > maxDecoded || !value.includes('&')) return value;
  // Most have no other.
  return /&(?!amp;)/.test(value) ? decodeHTMLAttribute(value) : value.replaceAll('&amp;', '&');
}

const nothing = () => undefined;

/** What the tokenizer tells that nobody asks for. */
const unheard = {
  onattribentity: nothing,
  oncdata: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onprocessinginstruction: nothing,
  ontext: nothing,
  ontextentity: nothing,
};

/** A part of a document. */
type Range = { readonly from: number; readonly to: number };

/** More attributes than any tag has; those behind are not told. */
const maxAttributes = 1_000;

/** More conditional comments than any mail has; what those behind hide is not read. */
const maxHidden = 1_000;

/** Some 0.5 ms of reading. */
const defaultStep = 32_768;

/**
 * Reads the tags of a document, and then the start tags that its conditional comments hide, in steps of so many characters:
 * between two of them others may have their turn.
 */
export function* readTags(html: string, reader: TagReader, step = defaultStep): Generator<void> {
  const hidden: Range[] = [];
  const onHidden = (range: Range) => {
    if (hidden.length < maxHidden) hidden.push(range);
  };
  const whole = { from: 0, to: html.length };
  yield* readRange(html, whole, { ...reader, step, onHidden });
  const within = { ...reader, onEndTag: nothing, step, onHidden: nothing };
  for (const range of hidden) yield* readRange(html, range, within);
}

type RangeReader = TagReader & { readonly step: number; readonly onHidden: (range: Range) => void };

function* readRange(html: string, { from, to }: Range, { step, ...reader }: RangeReader): Generator<void> {
  // Entities are decoded where they matter: that leaves the tokenizer the fastest way through text.
  const tokenizer = new Tokenizer({ decodeEntities: false }, callbacksOf(html, from, reader));
  for (let at = from; at < to; at += step) {
    tokenizer.write(html.slice(at, Math.min(to, at + step)));
    yield;
  }
  tokenizer.end();
}

/** Tells where a conditional comment hides something, if a comment is one. */
function hiddenIn(html: string, { from, to }: Range): Range | null {
  if (html[from] !== '[') return null;
  const comment = html.slice(from, to);
  const [opening] = conditional.exec(comment) ?? [];
  if (opening === undefined) return null;
  if (comment.slice(-conditionalEnd.length).toLowerCase() !== conditionalEnd) return null;
  return { from: from + opening.length, to: to - conditionalEnd.length };
}

/** Hears the tokenizer of what begins at an offset of a document, and tells of its tags. */
function callbacksOf(html: string, from: number, reader: Omit<RangeReader, 'step'>): TokenizerCallbacks {
  let isTag = false;
  let attributes: Attribute[] = [];
  let name: string | null = null;
  let start = 0;
  let nameEnd = 0;
  let valueStart = -1;
  const endTag = () => {
    if (isTag) reader.onStartTag(attributes);
  };
  return {
    ...unheard,
    onopentagname: (relativeStart, end) => {
      isTag = reader.tags(html, from + relativeStart, from + end) !== null;
      if (isTag) attributes = [];
    },
    onattribname: (relativeStart, end) => {
      name = isTag ? reader.attributes(html, from + relativeStart, from + end) : null;
      start = from + relativeStart;
      nameEnd = from + end;
      valueStart = -1;
    },
    onattribdata: (relativeStart) => {
      if (valueStart < 0) valueStart = from + relativeStart;
    },
    onattribend: (quote, relativeEnd) => {
      if (name === null || attributes.length >= maxAttributes) return;
      const end = quote === QuoteType.NoValue ? nameEnd : from + relativeEnd;
      const valueEnd = end - behindValue(quote);
      const at = valueStart < 0 ? valueEnd : valueStart;
      const value = decoded(html.slice(at, valueEnd));
      attributes.push({ name, start, end, valueStart: at, valueEnd, value });
    },
    onopentagend: endTag,
    onselfclosingtag: endTag,
    onclosetag: (relativeStart, end) => {
      if (reader.endTags(html, from + relativeStart, from + end) === null) return;
      reader.onEndTag(html.lastIndexOf('<', from + relativeStart));
    },
    oncomment: (relativeStart, end, behind) => {
      const range = hiddenIn(html, { from: from + relativeStart, to: from + end - behind });
      if (range !== null) reader.onHidden(range);
    },
  };
}

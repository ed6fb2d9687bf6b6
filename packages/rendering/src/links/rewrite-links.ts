import type { LinkTracking } from '@postroom/core';
import { type Attribute, namesOf, readTags } from './read-tags.ts';
import { trackableUrl } from './trackable-url.ts';

/** A part of a document, as offsets into it, and what stands there instead. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** A link that may be tracked: where its address stands, and what that leads to. */
export type FoundLink = { readonly start: number; readonly end: number; readonly target: string };

/** More links than any mail has; what follows them stays as it is. */
export const maxLinks = 1_000;

/** So many attributes are taken out at the most, and those of one tag more. */
const maxRemovals = 10_000;

const linkTags = namesOf('a', 'area');
const noTags = namesOf();
const bodies = namesOf('body');

/** Attributes that keep a link from being tracked, whatever their value: Amazon SES's, Postmark's, and a neutral one. */
const optOuts = ['ses:no-track', 'data-pm-no-track', 'data-no-track'] as const;

/** What matters of a link. */
const linkAttributes = namesOf('href', 'clicktracking', ...optOuts);

/** SendGrid's has a value. */
const isOptOut = ({ name, value }: Attribute): boolean =>
  name !== 'href' && (name !== 'clicktracking' || value.trim().toLowerCase() === 'off');

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && '\t\n\f\r '.includes(character);

/** So much space before an attribute goes with it. */
const maxSpace = 1_000;

/** Takes an attribute out with the space before it, unless that keeps what follows apart from what stands before. */
function removal(html: string, { start, end }: Attribute): Edit {
  let from = start;
  if (isSpace(html[end]) || html[end] === '>') {
    while (start - from < maxSpace && isSpace(html[from - 1])) from -= 1;
  }
  return { start: from, end, text: '' };
}

/** The document with its edits made, which do not overlap. */
export function edited(document: string, edits: readonly Edit[]): string {
  let text = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += document.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + document.slice(at);
}

/** What an address is within any quotes, or without. */
const attributeText = (url: string): string =>
  /[&']/.test(url) ? url.replaceAll('&', '&amp;').replaceAll("'", '&#39;') : url;

const pixelOf = (url: string) =>
  `<img src="${attributeText(url)}" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">`;

type Found = { readonly links: FoundLink[]; readonly removals: Edit[]; bodyEnd: number };

/** Notes what of a start tag is to be changed. */
function noteLink(html: string, attributes: readonly Attribute[], { links, removals }: Found): void {
  const refusals = attributes.filter(isOptOut);
  if (removals.length < maxRemovals) removals.push(...refusals.map((refusal) => removal(html, refusal)));
  // Of doubled attributes the first counts (HTML standard, section 13.2.5.33).
  const href = attributes.find(({ name }) => name === 'href');
  if (href === undefined || refusals.length > 0 || links.length >= maxLinks) return;
  const target = trackableUrl(href.value);
  if (target !== null) links.push({ start: href.valueStart, end: href.valueEnd, target });
}

/** How many links are signed between two looks at the clock. */
const linksAtOnce = 32;

/** The edits that put tracked addresses in the place of links, numbered from `first` in their order, in steps. */
export function* linkEdits(
  links: readonly FoundLink[],
  urlOf: NonNullable<LinkTracking['urlOf']>,
  { first, textOf }: { readonly first: number; readonly textOf: (url: string) => string },
): Generator<void, readonly Edit[]> {
  const edits: Edit[] = [];
  for (const { start, end, target } of links) {
    if (edits.length >= maxLinks) break;
    const url = urlOf(target, first + edits.length);
    if (url !== null) edits.push({ start, end, text: textOf(url) });
    if (edits.length % linksAtOnce === 0) yield;
  }
  return edits;
}

/**
 * Puts other addresses in the place of those that the links of an html document lead to, and a pixel at its end. Every
 * other byte of it stays. Links are those of `a` and `area` to the web; one that says that it is not to be tracked stays,
 * and loses the attribute that says so. Done in steps, each of them short.
 */
export function* rewriteHtml(
  html: string,
  { urlOf, pixelUrl }: Pick<LinkTracking, 'urlOf' | 'pixelUrl'>,
  charactersAtOnce?: number,
): Generator<void, string> {
  const found: Found = { links: [], removals: [], bodyEnd: html.length };
  const reader = {
    tags: urlOf === null ? noTags : linkTags,
    attributes: linkAttributes,
    endTags: bodies,
    onStartTag: (attributes: readonly Attribute[]) => noteLink(html, attributes, found),
    onEndTag: (start: number) => {
      found.bodyEnd = start;
    },
  };
  yield* readTags(html, reader, charactersAtOnce);
  const links = found.links.toSorted((a, b) => a.start - b.start);
  const numbered = { first: 0, textOf: attributeText };
  const edits = urlOf === null ? [] : yield* linkEdits(links, urlOf, numbered);
  const pixel =
    pixelUrl === null ? [] : [{ start: found.bodyEnd, end: found.bodyEnd, text: pixelOf(pixelUrl) }];
  return edited(html, [...edits, ...found.removals, ...pixel]);
}

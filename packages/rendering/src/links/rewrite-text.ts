import type { LinkTracking } from '@postroom/core';
import { edited, type FoundLink, linkEdits, maxLinks } from './rewrite-links.ts';
import { trackableUrl } from './trackable-url.ts';

/** How an address of the web begins, and the marks of emphasis directly before it (CommonMark, section 6.2). */
const beginning = /(?<=([*_~]{0,3}))(?<![a-z\d+.-])https?:\/\//giu;

/** Marks that are letters to those who write Catalan, Japanese, Persian or Hindi (RFC 5892, appendix A), and dashes within a name. */
const letters = String.raw`(?<=l)\xB7(?=l)|(?<=[\u30A1-\u30FA\u30FC])\u30FB(?=[\u30A1-\u30FA])|[\u200C\u200D](?=[\p{L}\p{So}])|(?<=\p{L})\u2013(?=\p{L})`;

/** What no address has, in ASCII, and the marks of all other scripts. */
const outside = new RegExp(String.raw`["<>\x60]|(?![!-~]|${letters})[\p{P}\p{Sm}\p{Z}\p{Cc}\p{Cf}]`, 'giu');

/** What ends a sentence. */
const behind = ".,;:!?'";

/** What closes that which was opened before the address. */
const openingOf: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** Where the characters end that an address may have. */
function limitOf(text: string, start: number): number {
  outside.lastIndex = start;
  return outside.exec(text)?.index ?? text.length;
}

/** Where an address ends that goes on to `limit` at the most: before a bracket that closes what was opened before it. */
function endOf(text: string, start: number, limit: number): number {
  const open = new Map<string, number>();
  for (let at = start; at < limit; at += 1) {
    const bracket = text.charAt(at);
    if (!'()[]{}'.includes(bracket)) continue;
    const opening = openingOf.get(bracket);
    const count = open.get(opening ?? bracket) ?? 0;
    if (opening !== undefined && count === 0) return at;
    open.set(opening ?? bracket, opening === undefined ? count + 1 : count - 1);
  }
  return limit;
}

function* findLinks(text: string): Generator<void, readonly FoundLink[]> {
  const links: FoundLink[] = [];
  let limit = 0;
  let end = 0;
  while (links.length < maxLinks) {
    beginning.lastIndex = end;
    const match = beginning.exec(text);
    if (match === null) break;
    const { 0: scheme, 1: emphasis = '', index: start } = match;
    const within = start + scheme.length;
    if (within > limit) limit = limitOf(text, within);
    end = endOf(text, within, limit);
    while (end > within && (behind + emphasis).includes(text.charAt(end - 1))) end -= 1;
    const target = trackableUrl(text.slice(start, end));
    if (target !== null) links.push({ start, end, target });
    yield;
  }
  return links;
}

/** Puts other addresses in the place of those of the web in a text part, whose numbers follow those of the html's. */
export function* rewriteText(
  text: string,
  urlOf: NonNullable<LinkTracking['urlOf']>,
): Generator<void, string> {
  const links = yield* findLinks(text);
  return edited(text, yield* linkEdits(links, urlOf, { first: maxLinks, textOf: (url) => url }));
}

import type { LinkTracking } from '@postroom/core';
import { edited, type FoundLink, linkEdits, maxLinks } from './rewrite-links.ts';
import { trackableUrl } from './trackable-url.ts';

/** An address of the web within text, up to what no address has. */
const address = /(?<![\w+.-])https?:\/\/[^\s<>"`]+/gi;

/** What ends a sentence. */
const behind = ".,;:!?'*_~";

/** What closes that which was opened before the address. */
const openingOf: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** How often each character is there, as far as it opens or closes. */
function countBrackets(url: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const bracket of url.match(/[()[\]{}]/g) ?? []) counts.set(bracket, (counts.get(bracket) ?? 0) + 1);
  return counts;
}

/** An address without what belongs to the sentence around it; a bracket stays that was opened within. */
function trimmed(url: string): string {
  const counts = countBrackets(url);
  let end = url.length;
  for (; end > 0; end -= 1) {
    const last = url.charAt(end - 1);
    const opening = openingOf.get(last);
    const closed = counts.get(last) ?? 0;
    if (opening === undefined ? !behind.includes(last) : (counts.get(opening) ?? 0) >= closed) break;
    counts.set(last, closed - 1);
  }
  return url.slice(0, end);
}

/** An address that is longer is none to track, and is not looked at. */
const maxCharacters = 4_096;

function* findLinks(text: string): Generator<void, readonly FoundLink[]> {
  const links: FoundLink[] = [];
  for (const { 0: raw, index } of text.matchAll(address)) {
    if (links.length >= maxLinks) break;
    const url = raw.length > maxCharacters ? '' : trimmed(raw);
    const target = trackableUrl(url);
    if (target !== null) links.push({ start: index, end: index + url.length, target });
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

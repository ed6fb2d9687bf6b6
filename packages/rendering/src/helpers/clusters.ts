/** What goes on with a cluster: marks, joiners, and the Thai and Lao vowel that is drawn over the letter before it. */
const extend = String.raw`[\p{M}\p{Grapheme_Extend}\p{EMod}\u200D\u0E33\u0EB3]`;

/** Letters that a virama joins with the next, and what may stand beside it (UAX 29, GB9c; no property of JavaScript tells). */
const consonant = String.raw`[\u0915-\u0939\u0958-\u095F\u0978-\u097F\u0995-\u09B9\u09DC-\u09DF\u09F0\u09F1\u0A95-\u0AB9\u0AF9\u0B15-\u0B39\u0B5C-\u0B5F\u0B71\u0C15-\u0C39\u0C58-\u0C5A\u0D15-\u0D3A]`;
const virama = String.raw`[\u094D\u09CD\u0ACD\u0B4D\u0C4D\u0D4D]`;
const between = String.raw`(?:(?!\u200C)[\p{Grapheme_Extend}\u200D])*`;

/** What a cluster begins with. The virama is looked for last, once, so that many marks take no longer than any text. */
const beginnings = [
  String.raw`\p{RI}{2}`,
  String.raw`\p{Extended_Pictographic}(?:[\p{Grapheme_Extend}\p{EMod}]*\u200D\p{Extended_Pictographic})*`,
  String.raw`[\u1100-\u115F\uA960-\uA97C]*(?:[\uAC00-\uD7A3]|[\u1160-\u11A7\uD7B0-\uD7C6])[\u1160-\u11A7\uD7B0-\uD7C6]*[\u11A8-\u11FF\uD7CB-\uD7FB]*`,
  `${consonant}(?:${between}${consonant}(?<=${virama}${between}${consonant}))*`,
  String.raw`[\s\S]`,
];

/**
 * One character as readers see it, an extended grapheme cluster of Unicode (UAX 29): a letter with its marks, a flag, a
 * family joined by U+200D, a syllable of Korean or Hindi. `Intl.Segmenter` tells the same, at 20 us a character.
 */
const clusterPattern = new RegExp(String.raw`\r\n|(?:${beginnings.join('|')})${extend}*`, 'uy');

/** Text in which each unit is one cluster. */
const singleUnits = /^[\t\n -\u02FF]*$/;

/** Beyond so many characters nobody counts, and each code point is taken for one. */
const maxCounted = 1_000;

/** The first so many characters of a text, or all of it if there are no more. */
export function firstClusters(text: string, count: number): string {
  if (text.length <= count) return text;
  if (singleUnits.test(text.slice(0, count + 1))) return text.slice(0, count);
  return text.slice(0, endOf(text, count));
}

/** How many characters a text has. */
export function countClusters(text: string): number {
  let count = 0;
  for (let end = 0; end < text.length; end = nextEnd(text, end)) count += 1;
  return count;
}

function endOf(text: string, count: number): number {
  let end = 0;
  for (let at = 0; at < count && end < text.length; at += 1) {
    end =
      at < maxCounted ? nextEnd(text, end) : end + String.fromCodePoint(text.codePointAt(end) ?? 0).length;
  }
  return end;
}

function nextEnd(text: string, start: number): number {
  clusterPattern.lastIndex = start;
  clusterPattern.exec(text);
  return clusterPattern.lastIndex;
}

/**
 * One character as readers see it, an extended grapheme cluster of Unicode (UAX 29): a letter with its marks, a flag, a
 * family joined by U+200D, a Korean syllable. `Intl.Segmenter` tells the same, at 20 us a character.
 */
const clusterPattern =
  /\r\n|(?:\p{RI}{2}|\p{Extended_Pictographic}(?:[\p{M}\p{EMod}\u{E0020}-\u{E007F}]*\u200D\p{Extended_Pictographic})*|[\u1100-\u115F\uA960-\uA97C]*(?:[\uAC00-\uD7A3]|[\u1160-\u11A7\uD7B0-\uD7C6])[\u1160-\u11A7\uD7B0-\uD7C6]*[\u11A8-\u11FF\uD7CB-\uD7FB]*|[\s\S])[\p{M}\p{EMod}\u{E0020}-\u{E007F}\u200C\u200D]*/uy;

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

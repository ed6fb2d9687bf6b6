/** A name and a value that other products keep with an email. */
export type Pair = { readonly name: string; readonly value: string };

/** The most characters of a name, and of a value, as Resend has them: nobody's pairs are longer. */
export const maxPairPart = 256;

/** The most characters of a tag that is a pair. */
export const maxPairTag = 2 * maxPairPart + 1;

/** The most characters of a tag that is none. */
export const maxPlainTag = 100;

/** The tag that a pair is kept as, so that sends can be found by it: `name:value`. A name holds no colon. */
export const tagOfPair = ({ name, value }: Pair): string => `${name}:${value}`;

/** The pair that a tag stands for; null: it is a tag of its own. */
export function pairOfTag(tag: string): Pair | null {
  const colon = tag.indexOf(':');
  return colon < 1 ? null : { name: tag.slice(0, colon), value: tag.slice(colon + 1) };
}

/** Whether a tag is longer than it may be: what any door keeps is not, so that what a send shows can be posted again. */
export function isTagTooLong(tag: string): boolean {
  if (tag.length <= maxPlainTag) return false;
  const pair = pairOfTag(tag);
  return pair === null || pair.name.length > maxPairPart || pair.value.length > maxPairPart;
}

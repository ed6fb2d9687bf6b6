/** A name and a value that other products keep with an email. */
export type Pair = { readonly name: string; readonly value: string };

/** The most characters of a name, and of a value, as Resend has them: nobody's pairs are longer. */
export const maxPairPart = 256;

/** The most characters of a tag that is a pair. One that is none has at most 100. */
export const maxPairTag = 2 * maxPairPart + 1;

/** The tag that a pair is kept as, so that sends can be found by it: `name:value`. A name holds no colon. */
export const tagOfPair = ({ name, value }: Pair): string => `${name}:${value}`;

/** The pair that a tag stands for; null: it is a tag of its own. */
export function pairOfTag(tag: string): Pair | null {
  const colon = tag.indexOf(':');
  return colon < 1 ? null : { name: tag.slice(0, colon), value: tag.slice(colon + 1) };
}

import * as z from 'zod';
import { isOfFewFields } from './door-forms.ts';

/**
 * Gives fields the names that are known: their case says nothing at Postmark, and its own clients write them in several. One that is
 * there in two cases stays as it is written, as a field that nobody knows.
 */
export function withPlainNames(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  const taken = new Set(names.filter((name) => Object.hasOwn(fields, name)));
  const plain = Object.entries(fields).map(([name, value]): [string, unknown] => {
    const meant = known.get(name.toLowerCase());
    if (meant === undefined || taken.has(meant)) return [name, value];
    taken.add(meant);
    return [meant, value];
  });
  return Object.fromEntries(plain);
}

/** The same fields in any case. What is no object, or has more fields than one can have, is left to the schema. */
export const inAnyCase = <Schema extends z.ZodObject>(schema: Schema) => {
  const names = Object.keys(schema.shape);
  return z.preprocess((raw) => (isOfFewFields(raw) ? withPlainNames(raw, names) : raw), schema);
};

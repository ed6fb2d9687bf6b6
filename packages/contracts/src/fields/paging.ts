import * as z from 'zod';
import { expected, textSchema, uuidSchema } from './fields.ts';
import { textProblem } from './json-value.ts';

/** The cursor that continues after the entry with this id or address; clients must not read it. */
export const encodeCursor = (last: string): string => Buffer.from(last).toString('base64url');

function decodeCursor(cursor: string): string | null {
  const last = Buffer.from(cursor, 'base64url').toString();
  return encodeCursor(last) === cursor && textProblem(last) === null ? last : null;
}

const badCursor = 'is not a cursor of this list: pass the one that the page before answered, or leave it out';

/** A cursor; it comes out as the last id or address seen, which `lastSchema` knows. */
export const cursorSchema = (lastSchema: z.ZodType<string>) =>
  textSchema(1, 500).transform((text, context) => {
    const last = lastSchema.safeParse(decodeCursor(text));
    if (last.success) return last.data;
    context.addIssue({ code: 'custom', message: badCursor });
    return z.NEVER;
  });

/**
 * A whole number in a query, in decimal digits and from 0 up to `max`: JavaScript would also take `0x10`, `1e1`, `+5` and
 * spaces. Of what is no text, a parameter that is there twice, nothing is taken.
 */
export const queryNumber = (min: number, max: number, tooLarge = `must be at most ${max}`) =>
  z.preprocess(
    (value) =>
      typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value,
    z
      .number('must be a number')
      .int('must be a whole number')
      .min(min, `must be at least ${min}`)
      .max(max, tooLarge),
  );

/** How many entries a page may have: 50 unless told, at most 100. */
export const limitSchema = queryNumber(1, 100).default(50);

/** `limit` and `cursor` of a list that is ordered by id; the cursor comes out as the last id seen. */
export const pageQuerySchema = z.strictObject(
  { limit: limitSchema, cursor: cursorSchema(uuidSchema).optional() },
  expected('query parameters'),
);
export type PageQuery = z.infer<typeof pageQuerySchema>;

/** A page of a list; `nextCursor` is null on the last one. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** One page of entries as it is answered. */
export type PageResource<Item> = { readonly data: readonly Item[]; readonly nextCursor: string | null };

import * as z from 'zod';
import { expected, isJsonObject } from '../fields/fields.ts';
import { mediaTypeProblem } from '../fields/media-type.ts';
import { contentTypeText } from '../mime/content-type.ts';

/** Left to the rules of our own emails and items, which have the field under this or another name. */
export const passed = z.unknown().optional();

/** A list of at most `max`. The length comes first: a million bad elements would become a million issues. */
export const listOf = <Element extends z.ZodType>(element: Element, max: number) =>
  z.array(z.unknown(), expected('an array')).max(max, `must hold at most ${max}`).pipe(z.array(element));

/** What PHP writes for a map that holds nothing is an empty list: it is read as the map that it was. */
export const orEmptyMap = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 0 ? {} : value;

/** More fields than a message, its headers, or a file of it can have. */
const manyFields = 100;

/**
 * Whether it is a JSON object of which a copy is worth its cost: whoever sends more fields than there are is refused for them, and a
 * hundred thousand are not copied before.
 */
export const isOfFewFields = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  isJsonObject(raw) && Object.keys(raw).length <= manyFields;

/** Base64 without the ends of lines that MIME divides it by. */
export const withoutLines = (content: unknown): unknown =>
  typeof content === 'string' ? content.replaceAll('\r', '').replaceAll('\n', '') : content;

/** Longer ones are refused, whatever they say. */
const maxFileType = 1_000;

/** The type of a file, of which as much is left as a file can have: many clients write its name into it. */
export function fileTypeOf(type: unknown): unknown {
  if (typeof type !== 'string' || type.length > maxFileType) return type;
  return mediaTypeProblem(type) === null ? type : contentTypeText(type);
}

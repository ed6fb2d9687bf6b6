import { isUtf8 } from 'node:buffer';
import type { JsonFlaw } from '@postroom/contracts';
import { nextTurn, PostroomError } from '@postroom/core';
import { countFields } from './count-fields.ts';
import { findFlaws } from './find-flaws.ts';
import type { JsonScan } from './json-scan.ts';

const byteOrderMark = '\ufeff';

/** The answer for a body that is wrong as a whole. */
export const badBody = (message: string, issue = message): PostroomError =>
  new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message: issue }] } });

/** A body, and what of it would not have arrived as it was sent. */
export type ParsedJson = { readonly value: object; readonly flaws: readonly JsonFlaw[] };

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Parses a body whose bytes have been scanned and found within limits, in several turns of the loop. Refuses what is no
 * object or array in UTF-8.
 */
export async function parseJson(bytes: Buffer, scan: JsonScan): Promise<ParsedJson> {
  const isLong = bytes.length > 256 * 1024;
  if (isLong) await nextTurn();
  // Bytes that are not UTF-8 would silently become U+FFFD in names and data.
  if (!isUtf8(bytes)) throw badBody('The body is not valid UTF-8.');
  const decoded = bytes.toString('utf8');
  const text = decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded;
  if (isLong) await nextTurn();
  const value = parseOrNull(text);
  if (typeof value !== 'object' || value === null)
    throw badBody('The body is not valid JSON, or not an object.');
  if (isLong) await nextTurn();
  // Each colon between strings is a field: whatever is not there any more stood twice.
  const isWhole = !scan.hasChangedNumber && (await countFields(value)) === scan.fields;
  return { value, flaws: isWhole ? [] : await findFlaws(text) };
}

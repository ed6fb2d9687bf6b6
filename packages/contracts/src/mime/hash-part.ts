import type { Hash } from 'node:crypto';
import type { MimePart } from './mime-part.ts';

/**
 * Hashes what a part says: its fields, and its content or its parts. What separates those says nothing: programs that put a
 * message together anew, to send it again, take another boundary each time.
 */
export function hashPart(
  hash: Hash,
  bytes: Buffer,
  { fields, type, parts, bodyStart, bodyEnd }: MimePart,
): void {
  const isMultipart = parts.length > 0;
  const said = fields.map(({ name, value }) => {
    const key = name.toLowerCase();
    if (!isMultipart || key !== 'content-type') return [key, value];
    return [key, type.value, [...type.parameters].filter(([parameter]) => parameter !== 'boundary')];
  });
  // How much follows of what comes first, so that no two trees are written alike.
  hash.update(JSON.stringify([said, parts.length, isMultipart ? 0 : bodyEnd - bodyStart]));
  if (!isMultipart) hash.update(bytes.subarray(bodyStart, bodyEnd));
  for (const part of parts) hashPart(hash, bytes, part);
}

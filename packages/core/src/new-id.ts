import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes are drawn for many ids at once: a system call per id costs more than the id. */
const pool = new Uint8Array(16 * 256);
let usedBytes = pool.length;

/** A new UUID v7 (RFC 9562 section 5.7): ids sort by time, and new rows land at the end of the primary key. */
export function newId(): string {
  if (usedBytes === pool.length) {
    randomFillSync(pool);
    usedBytes = 0;
  }
  const random = pool.subarray(usedBytes, usedBytes + 16);
  usedBytes += 16;
  return v7({ random });
}

import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes are drawn for many ids at once: a system call per id costs more than the id. */
const bytesPerId = 20;
const pool = new Uint8Array(bytesPerId * 256);
const view = new DataView(pool.buffer);
let usedBytes = pool.length;

let lastMs = 0;
let counter = 0;

/**
 * A new UUID v7 (RFC 9562 section 5.7): ids sort by time, and those that one process makes also within a
 * millisecond, by the counter of section 6.2, method 1. New rows land at the end of the primary key, and the sends of a
 * batch are listed in their order.
 */
export function newId(): string {
  if (usedBytes === pool.length) {
    randomFillSync(pool);
    usedBytes = 0;
  }
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Half of the counter's range is left, so that it cannot overflow within the millisecond.
    counter = view.getUint32(usedBytes) >>> 1;
  } else {
    counter += 1;
  }
  const random = pool.subarray(usedBytes + 4, usedBytes + bytesPerId);
  usedBytes += bytesPerId;
  return v7({ random, msecs: lastMs, seq: counter });
}

import { isChangedNumber } from '@postroom/contracts';

/**
 * A body may hold so many values, so many fields of objects, and so many levels: what JavaScript makes of that takes less
 * than 200 ms. A full batch of 1,000 emails with 150 addresses each has a fifth of it.
 */
export const jsonLimits = { values: 1_048_576, fields: 120_000, levels: 250_000 } as const;

/** What is too much about a body. */
export type JsonExcess = keyof typeof jsonLimits;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;

const isOfNumber = (byte: number) =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65;

/** Longer literals are not kept: they are changed in any case. */
const maxKept = 1_001;

/**
 * Counts what a JSON text will be made into, while it arrives and before anything is made of it. One pass over the bytes:
 * what stands between the strings is looked at, and whether the text is JSON is left to the parser.
 *
 * Between two chunks it is in a string, behind a backslash in one, in a number, or in none of them.
 */
export class JsonScan {
  values = 1;
  fields = 0;
  /** Whether some number would be changed by being read. */
  hasChangedNumber = false;
  #isInString = false;
  #isEscaped = false;
  /** The number that a chunk ended in. */
  #number = '';
  #level = 0;
  #deepest = 0;

  /** Looks at the next bytes; null: so far it is within the limits. */
  feed(chunk: Buffer): JsonExcess | null {
    let at = this.#number === '' ? 0 : this.#readNumber(chunk, 0);
    while (at < chunk.length) {
      at = this.#isInString ? this.#skipString(chunk, at) : this.#readStructure(chunk, at);
    }
    if (this.values > jsonLimits.values) return 'values';
    if (this.fields > jsonLimits.fields) return 'fields';
    return this.#deepest > jsonLimits.levels ? 'levels' : null;
  }

  #skipString(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === quote) {
        this.#isInString = false;
        return at + 1;
      }
      if (byte !== backslash) continue;
      at += 1;
      this.#isEscaped = at === chunk.length;
    }
    return at;
  }

  /** Goes on to the next string or number. */
  #readStructure(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === quote) {
        this.#isInString = true;
        return at + 1;
      }
      if (byte === comma) this.values += 1;
      else if (byte === colon) this.fields += 1;
      // [ and {, ] and }
      else if (byte === 0x5b || byte === 0x7b) this.#descend();
      else if (byte === 0x5d || byte === 0x7d) this.#level -= 1;
      else if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d) return this.#readNumber(chunk, at);
    }
    return chunk.length;
  }

  #descend(): void {
    this.values += 1;
    this.#level += 1;
    if (this.#level > this.#deepest) this.#deepest = this.#level;
  }

  #readNumber(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && isOfNumber(chunk[at] ?? 0)) at += 1;
    const isWhole = at < chunk.length;
    // Most are short, and need no text of their own: 1e9 is the largest of three characters.
    if (this.#number !== '' || !isWhole || at - from > 3) {
      const literal = this.#number + chunk.toString('latin1', from, Math.min(at, from + maxKept));
      this.#number = isWhole ? '' : literal.slice(0, maxKept);
      if (isWhole && isChangedNumber(literal)) this.hasChangedNumber = true;
    }
    return at;
  }
}

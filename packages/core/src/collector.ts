import { createPace } from './turns.ts';

/** What is smaller is copied into blocks of this size, in bytes: a piece that is kept by itself takes some 200 bytes more. */
const blockBytes = 4 * 1024;

/**
 * What arrives in pieces of any size, to be had as a whole. It holds at most twice as many bytes as have come, and a block,
 * however small they come: a Buffer for each byte would be 200 of them.
 */
export class Collector {
  #parts: Buffer[] = [];
  /** Where small pieces go next, and how much of it is used. */
  #block: { readonly buffer: Buffer; used: number } | null = null;
  readonly #take: (bytes: number) => void;
  #bytes = 0;

  /** `take` hears of memory before it is held, in bytes, and may throw: `add` throws it then. */
  constructor(take: (bytes: number) => void = () => undefined) {
    this.#take = take;
  }

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a piece, whose bytes must not change any more. */
  add(piece: Buffer): void {
    const copied = this.#fill(piece);
    if (copied < piece.length) this.#begin(copied === 0 ? piece : piece.subarray(copied));
    this.#bytes += piece.length;
  }

  /** Takes all parts out, in their order; none of them is small but the last. */
  drain(): Buffer[] {
    this.#seal();
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    return parts;
  }

  /** Takes all out in one piece, which is copied with turns of the loop for others, and lets go of each part as it is copied. */
  async join(): Promise<Buffer> {
    const bytes = this.#bytes;
    const parts = this.drain();
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const whole = Buffer.allocUnsafe(bytes);
    const pace = createPace();
    let at = 0;
    for (const [index, part] of parts.entries()) {
      at += part.copy(whole, at);
      parts[index] = none;
      await pace();
    }
    return whole;
  }

  /** Puts into the last block what it has room for; answers how many bytes that were. */
  #fill(piece: Buffer): number {
    if (this.#block === null) return 0;
    const copied = piece.copy(this.#block.buffer, this.#block.used);
    this.#block.used += copied;
    return copied;
  }

  #begin(rest: Buffer): void {
    this.#seal();
    const { byteLength } = rest.buffer;
    if (rest.length >= blockBytes && byteLength <= 2 * rest.length) {
      this.#take(byteLength);
      this.#parts.push(rest);
      return;
    }
    const size = Math.max(blockBytes, rest.length);
    this.#take(size);
    const buffer = Buffer.allocUnsafeSlow(size);
    this.#block = { buffer, used: rest.copy(buffer) };
  }

  #seal(): void {
    if (this.#block !== null) this.#parts.push(this.#block.buffer.subarray(0, this.#block.used));
    this.#block = null;
  }
}

const none = Buffer.alloc(0);

/** An element may have so many bytes, and stand so deep; what is larger is no line of a list. */
const maxElementBytes = 64 * 1024;
const maxDepth = 16;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closers: ReadonlyMap<number, number> = new Map([
  [0x5d, 0x5b],
  [0x7d, 0x7b],
]);
/** What some programs write before UTF-8. */
const byteOrderMark = [0xef, 0xbb, 0xbf];
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** What is wrong with a text as a whole. */
export class NotJsonError extends Error {}

/**
 * Cuts a JSON text into the elements of its lists while it arrives: those of the outermost array, or of any array that stands
 * in the outermost object. One pass over the bytes; each element is parsed by whoever wants it.
 *
 * Between two chunks it is within an element (`#from` or `#parts`) or between them, in a string or not.
 */
export class JsonElements {
  readonly #open: number[] = [];
  /** How much of a byte order mark has come; all of it, too, where there is none. */
  #marked = 0;
  #isInString = false;
  #isEscaped = false;
  #hasBegun = false;
  #hasList = false;
  /** How deep the element stands that is being read; 0: none is. */
  #elementDepth = 0;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** The elements that end within these bytes. Throws for what is no JSON, or not a list of lines. */
  feed(chunk: Buffer): readonly string[] {
    const found: string[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#isInString) {
        this.#readString(byte);
        continue;
      }
      if (this.#elementDepth > 0 && this.#endsElement(byte)) {
        found.push(this.#take(chunk.subarray(from, at)));
      } else if (this.#elementDepth === 0 && this.#beginsElement(byte)) {
        this.#elementDepth = this.#open.length;
        from = at;
      }
      this.#readStructure(byte);
    }
    if (this.#elementDepth > 0) this.#keep(chunk.subarray(from));
    return found;
  }

  /** To be called at the end. Throws if the text is not at its end, or had no list. */
  end(): void {
    if (!this.#hasList || this.#open.length > 0 || this.#isInString) throw new NotJsonError();
  }

  #readString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isInString = false;
  }

  /** A value within an array, which is not itself one. */
  #beginsElement(byte: number): boolean {
    if (this.#open.at(-1) !== 0x5b || this.#open.length > 2) return false;
    return !isSpace(byte) && byte !== comma && byte !== 0x5b && !closers.has(byte);
  }

  #endsElement(byte: number): boolean {
    return this.#open.length === this.#elementDepth && (byte === comma || byte === 0x5d);
  }

  /** Whether a byte is of the mark that may stand before the text. */
  #isMark(byte: number): boolean {
    if (this.#marked === byteOrderMark.length) return false;
    if (byte !== byteOrderMark[this.#marked]) {
      if (this.#marked > 0) throw new NotJsonError();
      this.#marked = byteOrderMark.length;
      return false;
    }
    this.#marked += 1;
    return true;
  }

  #readStructure(byte: number): void {
    if (this.#isMark(byte)) return;
    if (byte === quote) this.#isInString = true;
    if (!this.#hasBegun && !isSpace(byte)) {
      if (!openers.has(byte)) throw new NotJsonError();
      this.#hasBegun = true;
    } else if (this.#hasBegun && this.#open.length === 0 && !isSpace(byte)) throw new NotJsonError();
    if (openers.has(byte)) {
      this.#open.push(byte);
      if (byte === 0x5b && this.#open.length <= 2) this.#hasList = true;
      if (this.#open.length > maxDepth) throw new NotJsonError();
    }
    const opener = closers.get(byte);
    if (opener !== undefined && this.#open.pop() !== opener) throw new NotJsonError();
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > maxElementBytes) throw new NotJsonError();
    this.#parts.push(part);
  }

  #take(last: Buffer): string {
    this.#keep(last);
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#bytes = 0;
    this.#elementDepth = 0;
    return text;
  }
}

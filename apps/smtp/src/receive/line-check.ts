/** RFC 5321 section 4.5.3.1.6, without the line end. */
const maxLineLength = 998;

const lf = 10;
const cr = 13;

const bareLf = 'it holds an LF without a CR';
const bareCr = 'it holds a CR without an LF';
const tooLong = `a line has more than ${maxLineLength} characters: encode it as quoted-printable or base64`;

/**
 * Looks at the lines of a message while it comes in. A CR or an LF alone is refused: what one server takes for the end of a
 * message, and another for a part of it, can hide a second one.
 */
export class LineCheck {
  #endsInCr = false;
  #length = 0;
  #problem: string | null = null;

  /** What is wrong with what came so far; null: nothing. */
  get problem(): string | null {
    return this.#problem ?? (this.#endsInCr ? bareCr : null);
  }

  add(chunk: Buffer): void {
    if (chunk.length > 0) this.#problem ??= this.#read(chunk);
  }

  #read(chunk: Buffer): string | null {
    let at = 0;
    if (this.#endsInCr) {
      if (chunk[0] !== lf) return bareCr;
      this.#length = 0;
      at = 1;
    }
    let nextCr = chunk.indexOf(cr, at);
    for (let end = chunk.indexOf(lf, at); end >= 0; end = chunk.indexOf(lf, at)) {
      if (nextCr < 0 || nextCr > end) return bareLf;
      if (nextCr < end - 1) return bareCr;
      if (this.#length + nextCr - at > maxLineLength) return tooLong;
      this.#length = 0;
      at = end + 1;
      nextCr = chunk.indexOf(cr, at);
    }
    this.#endsInCr = nextCr >= 0 && nextCr === chunk.length - 1;
    if (nextCr >= 0 && !this.#endsInCr) return bareCr;
    this.#length += chunk.length - at - Number(this.#endsInCr);
    return this.#length > maxLineLength ? tooLong : null;
  }
}

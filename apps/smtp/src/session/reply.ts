/** What would end a line of an answer, or is none of its characters: its words may be those of a message. */
const controls = /[\p{Cc}\u2028\u2029]+/gu;

/** An answer that refuses, in one line: its code (RFC 5321 section 4.2), and the one that says more (RFC 3463). */
export class Refusal extends Error {
  readonly responseCode: number;

  constructor(code: number, enhanced: string, words: string) {
    super(`${enhanced} ${words}`.replace(controls, ' ').slice(0, 480));
    this.responseCode = code;
  }
}

/** An answer that refuses: its code (RFC 5321 section 4.2), and the one that says more (RFC 3463). */
export class Refusal extends Error {
  readonly responseCode: number;

  constructor(code: number, enhanced: string, words: string) {
    super(`${enhanced} ${words}`.slice(0, 480));
    this.responseCode = code;
  }
}

import { isChangedNumber } from './changed-number.ts';

/** Something that JSON allows and that would not arrive as it was sent. */
export type JsonFlaw = { readonly path: readonly (string | number)[]; readonly message: string };

type Level =
  | { readonly kind: 'array'; index: number }
  | { readonly kind: 'object'; readonly keys: Set<string>; key: string; isAtKey: boolean };

/** At most so many are told, wherever they are. */
const maxFlaws = 50;

/**
 * Beyond those the first of each place, the first two parts of a path, in so many places: no item of a batch may pass for
 * whole because others were told of. A batch of more items than this is none.
 */
const maxPlaces = 200;

/** How much of a path is told. */
const maxPathParts = 100;

/** How much of a number is said back, in characters. */
const maxShown = 40;

const shownNumber = (literal: string) =>
  literal.length > maxShown ? `${literal.slice(0, maxShown)}...` : literal;

const changed = (literal: string) => {
  const value = Number(literal.slice(0, 1_000));
  const became = Number.isFinite(value) ? `would become ${value}` : 'is out of range';
  return `is a number that cannot be kept: ${shownNumber(literal)} ${became} (RFC 8259 section 6). Send it as text`;
};

/** RFC 8259 section 4 leaves open which of the two a reader takes. */
const twice = 'stands twice in its object: only one of the two would be kept. Leave one out';

/** The place behind the string that begins here. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at + 1;
}

const numberPattern = /[-+.\deE]+/y;

function textOf(quoted: string): string {
  const parsed: unknown = JSON.parse(quoted);
  return String(parsed);
}

/** So many tokens are read at a time. */
const tokensPerRead = 1_000;

/** Looks through a JSON text for flaws, some of it at a time. The text has to be known as JSON. */
export class JsonFlawFinder {
  readonly flaws: JsonFlaw[] = [];
  readonly #text: string;
  readonly #levels: Level[] = [];
  #at = 0;
  #isPlaceTold = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads some more; false: all has been read. */
  read(): boolean {
    for (let count = 0; count < tokensPerRead; count += 1) {
      if (this.#at >= this.#text.length) return false;
      this.#readToken();
    }
    return true;
  }

  #readToken(): void {
    const char = this.#text.charAt(this.#at);
    if (char === '"') {
      this.#readString();
      return;
    }
    if (/[-\d]/.test(char)) {
      this.#readNumber();
      return;
    }
    this.#at += 1;
    if (char === '{') this.#levels.push({ kind: 'object', keys: new Set(), key: '', isAtKey: true });
    else if (char === '[') this.#levels.push({ kind: 'array', index: 0 });
    else if (char === '}' || char === ']') this.#levels.pop();
    else if (char === ',') this.#goOn();
  }

  #goOn(): void {
    const level = this.#levels.at(-1);
    if (this.#levels.length <= 2) this.#isPlaceTold = false;
    if (level?.kind === 'array') level.index += 1;
    else if (level?.kind === 'object') level.isAtKey = true;
  }

  #readString(): void {
    const end = endOfString(this.#text, this.#at);
    const level = this.#levels.at(-1);
    if (level?.kind === 'object' && level.isAtKey) {
      level.key = textOf(this.#text.slice(this.#at, end));
      level.isAtKey = false;
      if (level.keys.has(level.key)) this.#tell(() => twice);
      level.keys.add(level.key);
    }
    this.#at = end;
  }

  #readNumber(): void {
    numberPattern.lastIndex = this.#at;
    const literal = numberPattern.exec(this.#text)?.[0] ?? '';
    if (isChangedNumber(literal)) this.#tell(() => changed(literal));
    this.#at += Math.max(1, literal.length);
  }

  #tell(message: () => string): void {
    const { length } = this.flaws;
    if (length >= maxFlaws && (this.#isPlaceTold || length >= maxFlaws + maxPlaces)) return;
    this.#isPlaceTold = true;
    this.flaws.push({ path: this.#path(), message: message() });
  }

  #path(): readonly (string | number)[] {
    return this.#levels
      .slice(0, maxPathParts)
      .map((level) => (level.kind === 'array' ? level.index : level.key));
  }
}

/**
 * Where a short JSON text holds numbers that reading changes, and fields that stand twice in one object, in the order of the
 * text: the first fifty, and the first of each further element of a list or field of an object that the text holds. The text has to be known as JSON.
 */
export function findJsonFlaws(text: string): readonly JsonFlaw[] {
  const finder = new JsonFlawFinder(text);
  while (finder.read());
  return finder.flaws;
}

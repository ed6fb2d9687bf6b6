import { decodeCharset, decodePieces } from './decode-charset.ts';
import { decodeWords } from './decode-words.ts';

type Parameters = ReadonlyMap<string, string>;

/** RFC 2231 section 3: the number of a section, and whether it is encoded (section 4). */
const sectionPattern = /^\*(0|[1-9][0-9]{0,3})(\*)?$/;
/** Section 4: a charset and a language, either of which may be left out. */
const startPattern = /^([^']{0,40})'[^']*'/;

/** All sections of a parameter together, in characters: more is no name that a file can have, and is not decoded. */
export const maxParameterLength = 4096;

/** One section of a parameter: text, or bytes of its charset. */
type Section = { readonly text: string; readonly isEncoded: boolean };

const isOf = (name: string, key: string) => key === name || key.startsWith(`${name}*`);

/** Whether a parameter of that name is given, in whatever form. */
export const isNamed = (parameters: Parameters, name: string): boolean =>
  [...parameters.keys()].some((key) => isOf(name, key));

const lengthOf = (parameters: Parameters, name: string): number =>
  [...parameters].reduce((sum, [key, text]) => (isOf(name, key) ? sum + text.length : sum), 0);

/** The sections of a parameter in order; null: they do not go from 0 on, each once and without a gap. */
function sectionsOf(parameters: Parameters, name: string): readonly Section[] | null {
  const whole = parameters.get(`${name}*`);
  if (whole !== undefined) return [{ text: whole, isEncoded: true }];
  const sections = new Map<number, Section>();
  for (const [key, text] of parameters) {
    if (!key.startsWith(`${name}*`)) continue;
    const [, number, encoded] = sectionPattern.exec(key.slice(name.length)) ?? [];
    if (number === undefined || sections.has(Number(number))) return null;
    sections.set(Number(number), { text, isEncoded: encoded !== undefined });
  }
  const ordered = [...sections].toSorted(([one], [other]) => one - other);
  return ordered.every(([number], at) => number === at) ? ordered.map(([, section]) => section) : null;
}

/** The bytes that percent signs stand for; null: one of them stands for none. */
function bytesOf(text: string): Buffer | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  const decoded = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** What sections say together. A character may be cut in two between those that are encoded. */
function joined(sections: readonly Section[]): string | null {
  const [first] = sections;
  if (first === undefined) return null;
  if (!sections.some(({ isEncoded }) => isEncoded))
    return decodeWords(sections.map(({ text }) => text).join(''));
  const [start, charset = ''] = (first.isEncoded && startPattern.exec(first.text)) || [];
  if (start === undefined) return null;
  const bytes = sections.map(({ text, isEncoded }, at) => {
    const own = at === 0 ? text.slice(start.length) : text;
    return isEncoded ? bytesOf(own) : Buffer.from(own, 'latin1');
  });
  const pieces = bytes.filter((one) => one !== null);
  if (pieces.length < bytes.length) return null;
  return decodeCharset(Buffer.concat(pieces), charset) ?? decodePieces(pieces, charset);
}

/**
 * The text of a parameter that may be continued and encoded (RFC 2231 sections 3 and 4), in encoded words as some write it, or
 * plain, which counts where the other cannot be read or says nothing. Null: it is not given, or in no form that can be read.
 */
export function textOfParameter(parameters: Parameters, name: string): string | null {
  if (lengthOf(parameters, name) > maxParameterLength) return null;
  const sections = sectionsOf(parameters, name);
  const plain = parameters.get(name);
  const extended = sections === null ? null : joined(sections);
  return extended || (plain === undefined ? extended : decodeWords(plain));
}

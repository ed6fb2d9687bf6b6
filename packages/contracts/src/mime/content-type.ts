import { mediaTypeProblem } from '../fields/media-type.ts';
import { withoutComments } from './comments.ts';

/** A value with its parameters (RFC 2045 section 5.1); names in lower case. */
export type ParametrizedValue = { readonly value: string; readonly parameters: ReadonlyMap<string, string> };

// Each may match what the one before it left alone, and nothing twice: the time is that of the length.
const parameterPattern =
  /;[ \t]*([!#$%&'*+.0-9A-Z^_`a-z{|}~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g;

/** A value without quotes ends at a space, but for that of a name: many write one as it is, encoded or not. */
const plainValue = (key: string, text: string): string =>
  /^(?:file)?name(?:\*.*)?$/.test(key) ? text.trim() : (/^\S*/.exec(text)?.[0] ?? '');

/** Reads `Content-Type` and its like; what is no parameter, and a comment behind the value, is passed over. */
export function readParametrized(text: string): ParametrizedValue {
  const [value = ''] = text.split(/[;(]/, 1);
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(parameterPattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plainValue(key, plain));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** Says where a file lay, or what separates parts, and nothing of what is in it. */
const besideType = /^(?:(?:file)?name(?:\*.*)?|boundary|x-unix-mode|x-mac-[a-z]+)$/i;

/** A parameter as it is written, without comments and folds; null: it says nothing of the content. */
function parameterText(piece: string): string | null {
  const [name = '', ...value] = piece.split('=');
  if (besideType.test(name.trim())) return null;
  const text = withoutComments(value.length === 0 ? piece : `${name.trim()}=${value.join('=').trim()}`);
  return text.replaceAll('\t', ' ').trim() || null;
}

/** Says of a text what nothing else says: how it is read, or what is to be done with it (RFC 5546). */
const neededNames = ['method', 'charset'];
/** What some programs write of bytes that are no text. */
const noCharset = /^charset="?binary"?$/i;

/**
 * A `Content-Type` as it is written, without comments and those of its parameters that say nothing of the content. Of one that no file
 * can have (`mediaTypeProblem`) as much is left as a file can have of its type, its method and its charset.
 */
export function contentTypeText(text: string): string {
  const [first = '', ...others] = text.match(/(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
  const type = withoutComments(first).trim();
  const parameters = others.flatMap((piece) => parameterText(piece) ?? []);
  const whole = [type, ...parameters].join('; ');
  if (mediaTypeProblem(whole) === null) return whole;
  return neededNames.reduce((known, name) => {
    const parameter = parameters.find((one) => one.toLowerCase().startsWith(`${name}=`));
    if (parameter === undefined || noCharset.test(parameter)) return known;
    const more = `${known}; ${parameter}`;
    return mediaTypeProblem(more) === null ? more : known;
  }, type);
}

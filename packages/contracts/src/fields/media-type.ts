import mimeTypes from 'mime-types';

/** SES API v2, `Attachment`: what `ContentType` may have at most. */
const maxLength = 78;

/** RFC 6838 section 4.2: a type and a subtype, of restricted names. */
const names = String.raw`[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*`;
/** RFC 2045 section 5.1: a token, or a quoted string of printable ASCII. */
const token = String.raw`[!#$%&'*+.0-9A-Z^_\x60a-z{|}~-]+`;
const quoted = String.raw`"(?:[ !#-[\]-~]|\\[ -~])*"`;
const parameter = `[ ]*;[ ]*(${token})=(?:${token}|${quoted})`;
const wholeType = new RegExp(`^${names}(?:${parameter})*$`);

const baseOf = (type: string): string => type.split(/[ ;]/, 1)[0]?.toLowerCase() ?? '';

const parameterNamesOf = (type: string): string[] =>
  [...type.matchAll(new RegExp(parameter, 'g'))].map(([, name = '']) => name.toLowerCase());

/** Says why a text is no media type that a file can have, or null: RFC 2045 section 5.1, at most 78 characters. */
export function mediaTypeProblem(type: string): string | null {
  if (type.length > maxLength) return `must have at most ${maxLength} characters`;
  if (!wholeType.test(type)) {
    return 'must be a type such as application/pdf or text/calendar; charset=utf-8; method=REQUEST';
  }
  const base = baseOf(type);
  if (base.startsWith('multipart/')) return 'must not be a multipart type: attach its parts';
  if (base.startsWith('message/') && base !== messageType) {
    return `must not be a message type other than ${messageType}`;
  }
  const parameters = parameterNamesOf(type);
  // Many readers show this name in place of the file's own.
  if (parameters.some((name) => /^(?:file)?name(?:\*|$)/.test(name))) {
    return 'must not hold a name: it belongs in filename';
  }
  if (new Set(parameters).size < parameters.length) return 'must not hold the same parameter twice';
  return null;
}

/** A media type with its names in lower case; the parameters stay as they are. */
export function withLowerCaseNames(type: string): string {
  const base = baseOf(type);
  return base + type.slice(base.length);
}

/** What a message that is a file has; its content cannot be encoded (RFC 2046 section 5.2.1). */
const messageType = 'message/rfc822';

/** Whether a file of this type is a message. */
export const isMessageType = (type: string): boolean => baseOf(type) === messageType;

/** Whether a message can go into a mail as a message: 7-bit text in lines of at most 998 characters. */
export function isSevenBit(content: Uint8Array): boolean {
  let length = 0;
  // An iterator takes ten times as long, and a message may have some MiB.
  for (let at = 0; at < content.length; at += 1) {
    const byte = content[at] ?? 0;
    if (byte === 0 || byte > 127) return false;
    // A bare CR has no form in mail (RFC 5322 section 2.3).
    if (byte === 13 && content[at + 1] !== 10) return false;
    length = byte === 10 ? 0 : length + Number(byte !== 13);
    if (length > 998) return false;
  }
  return true;
}

const unknownType = 'application/octet-stream';

/** The media type that goes with a file's ending, or `application/octet-stream`. */
export function mediaTypeOf(filename: string, content: Uint8Array): string {
  // mime-types takes a name without a dot for an ending.
  const type = filename.includes('.') ? mimeTypes.lookup(filename) : false;
  if (type === false || mediaTypeProblem(type) !== null) return unknownType;
  if (!isMessageType(type)) return type;
  // Web archives share the type, and are none that a mail reader could show.
  return /\.eml$/i.test(filename) && isSevenBit(content) ? type : unknownType;
}

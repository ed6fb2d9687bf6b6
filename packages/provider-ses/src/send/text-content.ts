import { Readable } from 'node:stream';
import { createPace } from '@postroom/core';
import type { MailComposerAlternative } from 'nodemailer/lib/mail-composer';

/** Of a longer text nodemailer does not look for long lines: it is encoded in any case. */
const smallLength = 128 * 1024;

/** Characters whose lines are ended at once: it takes a few milliseconds. */
const stepLength = 32 * 1024;

/** Bytes that nodemailer encodes at once, each such slice by itself: those of a text are cut as if it were given whole. */
const sliceBytes = 64 * 1024;
const maxSlices = 8;

/**
 * A text as nodemailer takes it, its lines ended by CRLF (RFC 2046 section 4.1.1). A large one comes in pieces, with turns for others
 * between: nodemailer encodes what it has in one. How it is encoded is then said beforehand, by the rule of nodemailer.
 */
export function textContent(
  text: string,
): Pick<MailComposerAlternative, 'content' | 'contentTransferEncoding'> {
  if (text.length <= smallLength) return { content: withCrlf(text) };
  return { content: Readable.from(piecesOf(text)), contentTransferEncoding: encodingOf(text) };
}

const withCrlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

/** Quoted-printable is for what is more letters of ASCII than anything that it would encode. */
function encodingOf(text: string): 'quoted-printable' | 'base64' {
  let letters = 0;
  let others = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const letter = code | 0x20;
    if (letter >= 0x61 && letter <= 0x7a) letters += 1;
    else if (code >= 0x80 || (code < 0x20 && code !== 9 && code !== 10 && code !== 13)) others += 1;
  }
  return others < letters ? 'quoted-printable' : 'base64';
}

async function* piecesOf(text: string): AsyncGenerator<Buffer> {
  const pace = createPace();
  let bytes = Buffer.alloc(0);
  for (let at = 0; at < text.length; ) {
    const end = endOfStep(text, at);
    bytes = Buffer.concat([bytes, Buffer.from(withCrlf(text.slice(at, end)))]);
    at = end;
    const cut = cutOf(bytes);
    if (cut > 0) yield bytes.subarray(0, cut);
    bytes = bytes.subarray(cut);
    await pace();
  }
  if (bytes.length > 0) yield bytes;
}

/** Neither CRLF nor a character of two halves is cut. */
function endOfStep(text: string, start: number): number {
  const end = start + stepLength;
  return /^(?:\r\n|[\ud800-\udbff][\udc00-\udfff])$/.test(text.slice(end - 1, end + 1)) ? end + 1 : end;
}

/** Where a piece ends. A space at its end would be encoded with the next, and move its slices: for a while none ends in one. */
function cutOf(bytes: Buffer): number {
  const whole = Math.floor(bytes.length / sliceBytes) * sliceBytes;
  if (whole >= maxSlices * sliceBytes) return whole;
  for (let cut = whole; cut > 0; cut -= sliceBytes) {
    if (bytes[cut - 1] !== 0x20 && bytes[cut - 1] !== 0x09) return cut;
  }
  return 0;
}

import {
  applyEdits,
  bodyOf,
  type Edit,
  fieldEdit,
  fieldOf,
  type MimePart,
  readMime,
  textEdits,
  textOf,
} from '@postroom/contracts';
import { createPace, type OutgoingMessage, type OutgoingMime } from '@postroom/core';
import { foldHeader } from './header-text.ts';
import { RefusedMessage } from './refused-message.ts';
import type { WrittenMessage } from './written-message.ts';

/**
 * A message that came in MIME form for SES API v2's `Content.Raw`: what it was, with addresses and the headers of ours
 * written in, and with the text of those parts whose text was changed on the way. No other byte is another.
 */
export async function toMimeContent(
  message: OutgoingMessage,
  mime: OutgoingMime,
  written: WrittenMessage,
): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = mime.content;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const root = readMime(bytes);
  const ours = new Set(written.headers.map(({ name }) => name.toLowerCase()));
  const replaced = root.fields.filter(({ name }) => ours.has(name.toLowerCase()));
  return applyEdits(bytes, [
    { start: 0, end: 0, bytes: Buffer.from(headOf(root, written), 'latin1') },
    ...replaced.map((field) => fieldEdit(field)),
    ...(await changedTexts(bytes, root, message)),
  ]);
}

function headOf(root: MimePart, { shown, headers }: WrittenMessage): string {
  if (shown === null) throw new RefusedMessage('The addresses of the message are not known.');
  const fields = [
    { name: 'From', value: shown.from.join(', ') },
    { name: 'To', value: shown.to.join(', ') },
    { name: 'Cc', value: shown.cc.join(', ') },
    { name: 'Reply-To', value: shown.replyTo.join(', ') },
    ...headers,
    { name: 'MIME-Version', value: fieldOf(root.fields, 'mime-version') === null ? '1.0' : '' },
  ];
  const lines = fields
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${foldHeader(name, value)}\r\n`);
  return lines.join('');
}

/** Whether a line's end may stand within a word (RFC 3676, section 4.1), and so within an address that was taken for its part. */
const isBroken = ({ type }: MimePart): boolean => type.parameters.get('delsp')?.toLowerCase() === 'yes';

/** Whether a text is signed or encrypted by itself (RFC 9580, section 6.2), without a multipart that says so. */
const isArmored = (text: string): boolean => /^-----BEGIN PGP /m.test(text);

/** Of what is signed nothing is changed. */
async function changedTexts(
  bytes: Buffer,
  root: MimePart,
  { html, text }: OutgoingMessage,
): Promise<readonly Edit[]> {
  const body = bodyOf(root);
  if (body.isFixed) return [];
  const wanted = [
    [body.html, html],
    [body.text, text],
  ] as const;
  const pace = createPace();
  const edits: Edit[] = [];
  for (const [part, words] of wanted) {
    if (part === null || words === null || isBroken(part)) continue;
    const own = textOf(bytes, part);
    await pace();
    if (own === null || own === '' || own === words || isArmored(own)) continue;
    edits.push(...textEdits(part, words));
    await pace();
  }
  return edits;
}

import { readParametrized } from '../mime/content-type.ts';
import { decodeBody } from '../mime/decode-body.ts';
import { decodeWords } from '../mime/decode-words.ts';
import type { MessageBody } from '../mime/message-body.ts';
import { fieldOf } from '../mime/mime-field.ts';
import type { MimePart } from '../mime/mime-part.ts';

/** RFC 2231 section 4: a name in a charset, with percent signs. */
function extendedName(text: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(text ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function nameOf(part: MimePart, place: number): string {
  const disposition = readParametrized(fieldOf(part.fields, 'content-disposition')?.value ?? '').parameters;
  const named = extendedName(disposition.get('filename*')) ?? disposition.get('filename');
  return decodeWords(named ?? part.type.parameters.get('name') ?? `part-${place + 1}`);
}

const leavesOf = (part: MimePart): readonly MimePart[] =>
  part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf);

/** The parts of a message beside its text, as attachments of a request. */
export function filesOf(bytes: Buffer, root: MimePart, body: MessageBody): readonly object[] {
  return leavesOf(root)
    .filter((part) => part !== body.html && part !== body.text)
    .map((part, place) => ({
      filename: nameOf(part, place),
      content: decodeBody(bytes, part).toString('base64'),
      content_type: part.type.value,
      content_id: fieldOf(part.fields, 'content-id')?.value.replace(/^<|>$/g, '') ?? null,
    }))
    .filter(({ content, content_type }) => content !== '' || content_type !== 'text/plain');
}

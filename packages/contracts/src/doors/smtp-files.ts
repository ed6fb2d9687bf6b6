import { maxAttachments } from '../fields/attachments.ts';
import { contentTypeText } from '../mime/content-type.ts';
import { decodeBody } from '../mime/decode-body.ts';
import { isNamed, maxParameterLength, textOfParameter } from '../mime/extended-parameter.ts';
import { dispositionOf, isFile, type MessageBody } from '../mime/message-body.ts';
import { fieldOf, MimeProblem } from '../mime/mime-field.ts';
import type { MimePart } from '../mime/mime-part.ts';

/** A part that has none of its own, and whether it stands beside another that shows it (RFC 2387). */
type Leaf = { readonly part: MimePart; readonly isRelated: boolean };

function leavesOf(part: MimePart, isRelated = false): readonly Leaf[] {
  if (part.parts.length === 0) return [{ part, isRelated }];
  return part.parts.flatMap((child) => leavesOf(child, part.type.value === 'multipart/related'));
}

/** The name of a file; a place in its stead where a part has none. Throws `MimeProblem` for one that cannot be read. */
function nameOf(part: MimePart, place: number): string {
  let isUnread = false;
  for (const [parameters, key] of [
    [dispositionOf(part).parameters, 'filename'],
    [part.type.parameters, 'name'],
  ] as const) {
    const name = textOfParameter(parameters, key);
    if (name !== null && name.trim() !== '') return name;
    isUnread ||= name === null && isNamed(parameters, key);
  }
  if (!isUnread) return `part-${place + 1}`;
  throw new MimeProblem(
    `the name of attachment ${place + 1} cannot be read (RFC 2231): its charset, a section of it, ` +
      `or more than ${maxParameterLength} characters`,
  );
}

/** Its bytes in base64, all of them; throws `MimeProblem`. */
function contentOf(bytes: Buffer, part: MimePart, place: number): string {
  const content = decodeBody(bytes, part);
  if (content !== null) return content.toString('base64');
  throw new MimeProblem(
    `attachment ${place + 1} cannot be decoded: its base64 is not whole, or its Content-Transfer-Encoding is not known`,
  );
}

/** A file that says it is one is shown in no place, whatever id it has, unless what it stands in is for showing it. */
function contentIdOf({ part, isRelated }: Leaf): string | null {
  if (!isRelated && !['', 'inline'].includes(dispositionOf(part).value)) return null;
  return fieldOf(part.fields, 'content-id')?.value.replace(/^<|>$/g, '') ?? null;
}

function contentTypeOf({ fields, type }: MimePart): string {
  const field = fieldOf(fields, 'content-type');
  return field === null ? type.value : contentTypeText(field.value);
}

/** The parts of a message beside its text, as attachments of a request; throws `MimeProblem`. */
export function filesOf(bytes: Buffer, root: MimePart, body: MessageBody): readonly object[] {
  const isEmptyText = (part: MimePart) =>
    part.type.value === 'text/plain' && !isFile(part) && decodeBody(bytes, part)?.length === 0;
  const files = leavesOf(root)
    .filter(({ part }) => part !== body.html && part !== body.text)
    .filter(({ part }) => !isEmptyText(part));
  // Before anything of them is decoded.
  if (files.length > maxAttachments) {
    throw new MimeProblem(`the attachments must hold at most ${maxAttachments} attachments`);
  }
  return files.map((leaf, place) => ({
    filename: nameOf(leaf.part, place),
    content: contentOf(bytes, leaf.part, place),
    content_type: contentTypeOf(leaf.part),
    content_id: contentIdOf(leaf),
  }));
}

import { contentTypeText } from '../mime/content-type.ts';
import { decodeBody } from '../mime/decode-body.ts';
import { isNamed, textOfParameter } from '../mime/extended-parameter.ts';
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
  const disposition = dispositionOf(part).parameters;
  const type = part.type.parameters;
  const name = textOfParameter(disposition, 'filename') || textOfParameter(type, 'name');
  if (name) return name;
  if (name === null && (isNamed(disposition, 'filename') || isNamed(type, 'name'))) {
    throw new MimeProblem(
      `the name of attachment ${place + 1} cannot be read (RFC 2231): its charset, or a section of it`,
    );
  }
  return `part-${place + 1}`;
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
    part.type.value === 'text/plain' && !isFile(part) && decodeBody(bytes, part).length === 0;
  return leavesOf(root)
    .filter(({ part }) => part !== body.html && part !== body.text)
    .filter(({ part }) => !isEmptyText(part))
    .map((leaf, place) => ({
      filename: nameOf(leaf.part, place),
      content: decodeBody(bytes, leaf.part).toString('base64'),
      content_type: contentTypeOf(leaf.part),
      content_id: contentIdOf(leaf),
    }));
}

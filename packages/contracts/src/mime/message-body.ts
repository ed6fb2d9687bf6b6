import { type ParametrizedValue, readParametrized } from './content-type.ts';
import { isNamed } from './extended-parameter.ts';
import { fieldOf } from './mime-field.ts';
import type { MimePart } from './mime-part.ts';

/** The parts that readers show as the mail itself. */
export type MessageBody = {
  readonly html: MimePart | null;
  readonly text: MimePart | null;
  /** Whether they may be changed: what is signed or encrypted may not. */
  readonly isFixed: boolean;
};

const nothing: MessageBody = { html: null, text: null, isFixed: false };

/** What a part says of how it is shown; its value is `attachment`, `inline` or, said to be neither, empty. */
export const dispositionOf = ({ fields }: MimePart): ParametrizedValue =>
  readParametrized(fieldOf(fields, 'content-disposition')?.value ?? '');

/** Whether a part is a file beside the mail. */
export const isFile = (part: MimePart): boolean =>
  dispositionOf(part).value === 'attachment' || isNamed(part.type.parameters, 'name');

function ofLeaf(part: MimePart): MessageBody {
  if (isFile(part)) return nothing;
  if (part.type.value === 'text/html') return { ...nothing, html: part };
  return part.type.value === 'text/plain' ? { ...nothing, text: part } : nothing;
}

/** Finds the html and the text of a message: of alternatives the first of each kind, else what the first part with any has. */
export function bodyOf(part: MimePart): MessageBody {
  if (part.parts.length === 0) return ofLeaf(part);
  const isFixed = part.type.value === 'multipart/signed' || part.type.value === 'multipart/encrypted';
  let found = nothing;
  for (const child of part.parts) {
    const { html, text, isFixed: isChildFixed } = bodyOf(child);
    found = {
      html: found.html ?? html,
      text: found.text ?? text,
      isFixed: found.isFixed || isFixed || isChildFixed,
    };
    const isComplete = found.html !== null || found.text !== null;
    if (isComplete && part.type.value !== 'multipart/alternative') return found;
  }
  return found;
}

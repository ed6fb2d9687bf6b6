import * as z from 'zod';
import { maxAttachmentBytes } from '../fields/attachments.ts';
import { isJsonObject } from '../fields/fields.ts';
import { fileTypeOf, isOfFewFields, listOf, withoutLines } from './door-forms.ts';

/** Tells what is wrong, and where within a file. */
type Refuse = (path: readonly PropertyKey[], message: string) => void;

const isGiven = (value: unknown) => value !== undefined && value !== null;

const isByte = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;

/** Bytes that are numbers, as base64. One plain loop, which ends at the first that is none: there may be a million. */
function base64Of(numbers: readonly unknown[], path: readonly PropertyKey[], refuse: Refuse): string {
  if (numbers.length > maxAttachmentBytes) {
    refuse(path, 'must hold at most 7 MiB');
    return '';
  }
  const bytes = Buffer.alloc(numbers.length);
  for (const [at, value] of numbers.entries()) {
    if (!isByte(value)) {
      refuse([...path, at], 'must be a byte, a whole number from 0 to 255');
      return '';
    }
    bytes[at] = value;
  }
  return bytes.toString('base64');
}

/** Python, Ruby and Go send a file as a list of bytes, and older versions of Node's SDK what JSON makes of a `Buffer`. */
function contentOf(content: unknown, refuse: Refuse): unknown {
  if (Array.isArray(content)) return base64Of(content, ['content'], refuse);
  if (isJsonObject(content) && content.type === 'Buffer' && Array.isArray(content.data)) {
    return base64Of(content.data, ['content', 'data'], refuse);
  }
  return withoutLines(content);
}

function fileOf(file: unknown, refuse: Refuse): unknown {
  if (!isOfFewFields(file)) return file;
  const { path, inline_content_id: inlineId, ...own } = file;
  if (isGiven(path)) {
    refuse(['path'], 'is not taken, since nothing is fetched here: send the file itself as content');
  }
  if (isGiven(inlineId) && isGiven(own.content_id) && inlineId !== own.content_id) {
    refuse(['inline_content_id'], 'means content_id, which says something else: name one of them');
  }
  return {
    ...own,
    content: contentOf(own.content, refuse),
    content_type: fileTypeOf(own.content_type),
    content_id: own.content_id ?? inlineId,
  };
}

/** The files of an email at Resend in our words: bytes in any of its clients' forms, and no `path`. */
export const resendAttachmentsSchema = listOf(z.unknown(), 50).transform((files, context) =>
  files.map((file, index) =>
    fileOf(file, (path, message) => context.addIssue({ code: 'custom', path: [index, ...path], message })),
  ),
);

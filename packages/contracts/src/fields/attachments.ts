import * as z from 'zod';
import { expected, isSound } from './fields.ts';
import { filenameSchema } from './file-name.ts';
import {
  isMessageType,
  isSevenBit,
  mediaTypeOf,
  mediaTypeProblem,
  withLowerCaseNames,
} from './media-type.ts';

/** An attachment of a request, decoded. */
export type AttachmentInput = {
  readonly filename: string;
  readonly content: Uint8Array;
  /** A media type with its parameters: the given one, or that of the file's ending. */
  readonly contentType: string;
  /** The type as the request named it: what an ending stands for may change, what was asked for does not. */
  readonly givenType: string | null;
  /** Set: the html shows it as `cid:<contentId>`. */
  readonly contentId: string | null;
};

/** All attachments of one send together, decoded. */
export const maxAttachmentBytes = 7 * 1024 * 1024;
/** How many one send may have. */
export const maxAttachments = 50;

/**
 * The bytes of base64 as in RFC 4648 section 4, padded, without line breaks; null when it is anything else. Node skips
 * what is not base64, so that too few bytes tell of it. A pattern is of no use here: what V8 has not optimised needs a
 * stack that grows with the text, and has none for some MiB.
 */
function decodeBase64(text: string): Buffer | null {
  const isAscii = Buffer.byteLength(text) === text.length;
  if (!isAscii || text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return null;
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : null;
}

const contentSchema = z.string(expected('a string of base64')).transform((text, context): Uint8Array => {
  const bytes = decodeBase64(text);
  if (bytes !== null) return bytes;
  context.addIssue({
    code: 'custom',
    message: 'is not base64 (RFC 4648 section 4, padded, without line breaks)',
  });
  return z.NEVER;
});

const contentTypeSchema = z
  .string(expected('a string'))
  .superRefine((type, context) => {
    const problem = mediaTypeProblem(type);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .transform(withLowerCaseNames);

/** RFC 2392: what a `cid:` URL may name, kept to characters that need no encoding. */
const contentIdSchema = z
  .string(expected('a string'))
  .regex(/^[A-Za-z0-9._@+-]{1,128}$/, 'must be 1 to 128 letters, digits or . _ @ + -');

/** One attachment as it is written in a request, its content decoded. */
export const attachmentSchema = z.strictObject(
  {
    filename: filenameSchema,
    content: contentSchema,
    content_type: contentTypeSchema.nullish(),
    content_id: contentIdSchema.nullish(),
  },
  expected('an object'),
);

const inputOf = ({
  filename,
  content,
  content_type,
  content_id,
}: z.infer<typeof attachmentSchema>): AttachmentInput => ({
  filename,
  content,
  contentType: content_type ?? mediaTypeOf(filename, content),
  givenType: content_type ?? null,
  contentId: content_id ?? null,
});

const notSevenBit =
  'message/rfc822 takes only 7-bit text in lines of at most 998 characters, since it goes out as it is ' +
  '(RFC 2046 section 5.2.1): give this file the type application/octet-stream';

/** The attachments of one send, in either dialect. A message among them is read byte by byte: what is too large is refused before. */
export const attachmentsSchema = z
  .array(attachmentSchema, expected('an array'))
  .max(maxAttachments, `must hold at most ${maxAttachments} attachments`)
  .refine(
    (attachments) => attachments.reduce((sum, { content }) => sum + content.length, 0) <= maxAttachmentBytes,
    { message: 'must be at most 7 MiB together, decoded', when: isSound },
  )
  .refine(
    (attachments) => {
      const ids = attachments.flatMap(({ content_id }) => content_id ?? []);
      return new Set(ids).size === ids.length;
    },
    { message: 'must not hold the same content_id twice', when: isSound },
  )
  .transform((attachments, context): AttachmentInput[] => {
    for (const [at, { content, content_type }] of attachments.entries()) {
      if (!isMessageType(content_type ?? '') || isSevenBit(content)) continue;
      context.addIssue({ code: 'custom', path: [at, 'content_type'], message: notSevenBit });
    }
    return attachments.map(inputOf);
  });

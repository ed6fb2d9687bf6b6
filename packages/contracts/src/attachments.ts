import { z } from 'zod';
import { expected, isSound, textSchema } from './fields.ts';

/** An attachment of a request, decoded. */
export type AttachmentInput = {
  readonly filename: string;
  readonly content: Uint8Array;
  readonly contentType: string;
  /** Set: the html shows it as `cid:<contentId>`. */
  readonly contentId: string | null;
};

/** All attachments of one send together, decoded. */
export const maxAttachmentBytes = 7 * 1024 * 1024;
const maxAttachments = 50;

/** Endings that SES refuses (SES developer guide, "Unsupported attachment types"): they may run on a double click. */
const dangerousEndings = new Set(
  (
    'ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib ' +
    'lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml ' +
    'msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url ' +
    'vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh xnk'
  ).split(' '),
);

function filenameProblem(filename: string): string | null {
  if (/\p{Cc}|[\u2028\u2029]/u.test(filename)) return 'must not hold control characters';
  // Overrides of the writing direction show `exe.fdp` as `pdf.exe` reversed.
  if (/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(filename)) {
    return 'must not hold characters that change the writing direction';
  }
  if (/[/\\:*?"<>|]/.test(filename)) return 'must be a plain file name, without any of / \\ : * ? " < > |';
  if (/^\.|[. ]$|^ /.test(filename)) return 'must not begin with a dot or a space, nor end with one';
  const ending = filename.toLowerCase().split('.').at(-1) ?? '';
  if (filename.includes('.') && dangerousEndings.has(ending)) {
    return `ends in .${ending}, which SES refuses as dangerous: send a link instead`;
  }
  return null;
}

const filenameSchema = textSchema(1, 255).superRefine((filename, context) => {
  const problem = filenameProblem(filename);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

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

const contentSchema = z
  .string(expected('a string of base64'))
  .min(1, 'must not be empty')
  .transform((text, context): Uint8Array => {
    const bytes = decodeBase64(text);
    if (bytes !== null) return bytes;
    context.addIssue({
      code: 'custom',
      message: 'is not base64 (RFC 4648 section 4, padded, without line breaks)',
    });
    return z.NEVER;
  });

/** RFC 6838 section 4.2 names; parameters are refused, and so is what would nest another message. */
const contentTypeSchema = z
  .string(expected('a string'))
  .max(127, 'must have at most 127 characters')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$/,
    'must be a type such as application/pdf',
  )
  .refine((type) => !/^(?:multipart|message)\//i.test(type), 'must not be a multipart or message type')
  .toLowerCase();

/** RFC 2392: what a `cid:` URL may name, kept to characters that need no encoding. */
const contentIdSchema = z
  .string(expected('a string'))
  .regex(/^[A-Za-z0-9._@+-]{1,128}$/, 'must be 1 to 128 letters, digits or . _ @ + -');

const attachmentSchema = z
  .strictObject(
    {
      filename: filenameSchema,
      content: contentSchema,
      content_type: contentTypeSchema.nullish(),
      content_id: contentIdSchema.nullish(),
    },
    expected('an object'),
  )
  .transform(
    ({ filename, content, content_type, content_id }): AttachmentInput => ({
      filename,
      content,
      contentType: content_type ?? 'application/octet-stream',
      contentId: content_id ?? null,
    }),
  );

/** The attachments of one send, in either dialect. */
export const attachmentsSchema = z
  .array(attachmentSchema, expected('an array'))
  .max(maxAttachments, `must hold at most ${maxAttachments} attachments`)
  .refine(
    (attachments) => attachments.reduce((sum, { content }) => sum + content.length, 0) <= maxAttachmentBytes,
    { message: 'must be at most 7 MiB together, decoded', when: isSound },
  )
  .refine(
    (attachments) => {
      const ids = attachments.flatMap(({ contentId }) => contentId ?? []);
      return new Set(ids).size === ids.length;
    },
    { message: 'must not hold the same content_id twice', when: isSound },
  );

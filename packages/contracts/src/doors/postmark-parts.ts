import * as z from 'zod';
import { expected, textSchema } from '../fields/fields.ts';
import { isWrittenAnew } from '../fields/message-headers.ts';
import { fileTypeOf, listOf, passed, withoutLines } from './door-forms.ts';
import { inAnyCase } from './plain-names.ts';

/** A number or a boolean as the text that Postmark makes of it; all else as it is. */
export const textOfPlain = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

/** A header of a message at Postmark. */
export const postmarkHeaderSchema = z.strictObject(
  { Name: textSchema(1, 126), Value: z.unknown() },
  expected('an object with Name and Value'),
);

/** More than a message may have: some are left out, and the rules of our own count the others. */
const maxHeaders = 50;

/** The headers of a message at Postmark by name, but for those that go out anew. */
export const postmarkHeadersSchema = listOf(inAnyCase(postmarkHeaderSchema), maxHeaders).transform(
  (headers, context) => {
    const seen = new Set<string>();
    const own: [string, unknown][] = [];
    for (const [index, { Name: name, Value: value }] of headers.entries()) {
      if (isWrittenAnew(name)) continue;
      const key = name.toLowerCase();
      if (seen.has(key))
        context.addIssue({ code: 'custom', path: [index, 'Name'], message: 'is there twice' });
      seen.add(key);
      own.push([name, textOfPlain(value)]);
    }
    return Object.fromEntries(own);
  },
);

/** A file of a message at Postmark. */
export const postmarkAttachmentSchema = z.strictObject(
  {
    Name: passed,
    Content: passed,
    ContentType: passed,
    ContentID: z.string(expected('a string')).nullish(),
    /** Said by some clients, and known without them. */
    ContentLength: passed,
    Disposition: passed,
  },
  expected('an object with Name, Content and ContentType'),
);

/** The files of a message at Postmark in our words. */
export const postmarkAttachmentsSchema = listOf(inAnyCase(postmarkAttachmentSchema), 50).transform((files) =>
  files.map(({ Name, Content, ContentType, ContentID }) => ({
    filename: Name,
    content: withoutLines(Content),
    content_type: fileTypeOf(ContentType),
    content_id: ContentID ? ContentID.replace(/^cid:/i, '') : null,
  })),
);

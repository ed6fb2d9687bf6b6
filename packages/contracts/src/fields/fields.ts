import * as z from 'zod';
import { type Address, maxListedAddresses, parseAddress, parseAddressList, parseEmail } from './address.ts';
import { jsonProblem, textProblem } from './json-value.ts';

/** At most this many recipients in `to`, `cc` and `bcc` of one message: SES SendEmail's own limit. */
export const maxRecipients = 50;

/** Template data of one send, as JSON text. */
export const maxDataBytes = 256 * 1024;

type RawIssue = { readonly code?: string; readonly input?: unknown; readonly inst?: unknown };

/** A zod error that tells an absent field from one of the wrong type, and of an unknown field which ones are known. */
export const expected = (what: string) => ({
  error: (issue: RawIssue) => {
    if (issue.code === 'unrecognized_keys') return knownNames(issue.inst);
    return issue.input === undefined ? 'is required' : `must be ${what}`;
  },
});

/** The names of an object's fields, as the message of an issue with others: `issuesOf` says which was meant. */
const knownNames = (schema: unknown): string =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape).join(' ') : '';

/** Lets a refinement run only on what is right so far: a part that was refused has not been transformed. */
export const isSound = ({ issues }: { readonly issues: readonly unknown[] }): boolean => issues.length === 0;

export const uuidSchema = z.guid(expected('a UUID')).toLowerCase();

/** Text that PostgreSQL can store, with its length in UTF-16 units, and what is said of one that is longer. */
export function textSchema(
  minLength: number,
  maxLength: number,
  tooLong = `must have at most ${maxLength} characters`,
) {
  return z
    .string(expected('a string'))
    .min(minLength, minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`)
    .max(maxLength, tooLong)
    .superRefine((text, context) => {
      const problem = textProblem(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    });
}

/** One line of text: what goes into a mail header. */
export function lineSchema(minLength: number, maxLength: number) {
  return textSchema(minLength, maxLength).refine((text) => !/[\r\n]/.test(text), 'must be a single line');
}

const emailSchemaWith = (hintFor: (text: string) => string) =>
  textSchema(1, 320).transform((text, context) => {
    const email = parseEmail(text);
    if (email.kind === 'ok') return email.value;
    context.addIssue({ code: 'custom', message: `${email.reason}${hintFor(text)}` });
    return z.NEVER;
  });

/**
 * A text as it can stand in a header: a space for each run of C0 and C1 controls, and of the separators of lines and paragraphs that
 * some mail readers break lines at; none around it.
 */
export const asOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** Whether nobody would see anything of a text: spaces, controls and format characters, or nothing at all. */
export const isBlank = (text: string): boolean =>
  !/[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);

/** Characters of a subject, written or rendered (RFC 5322, section 2.1.1). */
export const maxSubject = 998;

/** What a subject must be, or its template: something of it is seen. */
const isSeen = (schema: z.ZodString) =>
  schema.refine((subject) => subject === '' || !isBlank(subject), {
    message: 'must hold more than spaces and characters that are not seen',
  });

/** Inline html or text, in characters. */
export const maxBodyLength = 5 * 1024 * 1024;

/** A final subject, as it is asked for: one line, something of which is seen. It is mailed and shown `asOneLine`. */
export const subjectSchema = isSeen(lineSchema(1, maxSubject));

/** The template of a subject. */
export const subjectTemplateSchema = isSeen(textSchema(1, maxSubject));

/** A bare address; its domain comes out in lower case and punycode. */
export const emailSchema = emailSchemaWith(() => '');

/** Said where a query holds a space that is likely to have been a plus sign. */
export const plusHint = ' (in a query, + stands for a space: write it as %2B)';

/** The same in a query. */
export const queryEmailSchema = emailSchemaWith((text) => (/\S \S/.test(text) ? plusHint : ''));

/** One address with or without a name: `a@b.co` or `Name <a@b.co>`. */
export const addressSchema = textSchema(1, 320).transform((text, context) => {
  const address = parseAddress(text);
  if (address.kind === 'ok') return address.value;
  context.addIssue({ code: 'custom', message: address.reason });
  return z.NEVER;
});

const addressListTextSchema = textSchema(1, 20_000).transform((text, context): Address[] => {
  const addresses = parseAddressList(text);
  if (addresses.kind === 'ok') return addresses.value;
  context.addIssue({ code: 'custom', message: addresses.reason });
  return z.NEVER;
});

// The length comes first: a million bad elements would become a million issues.
const addressArraySchema = z
  .array(z.unknown())
  .max(maxListedAddresses, `has more than ${maxListedAddresses} addresses`)
  .pipe(z.array(addressSchema));

/** One address, a comma-separated list that respects quotes, or an array of addresses. */
export const addressListSchema = z.union([addressListTextSchema, addressArraySchema], {
  error: (issue) =>
    issue.code === 'invalid_union'
      ? firstUnionMessage(issue.errors)
      : 'must be an address or a list of addresses',
});

function firstUnionMessage(
  errors: readonly (readonly { message: string; code: string; path: PropertyKey[] }[])[],
): string {
  for (const branch of errors) {
    const telling = branch.find((issue) => issue.code !== 'invalid_type');
    if (telling === undefined) continue;
    const at = telling.path[0];
    return typeof at === 'number' ? `address ${at + 1} ${telling.message}` : telling.message;
  }
  return 'must be an address, a comma-separated list, or an array of addresses';
}

/** Whether a JSON value is an object, which an array is not. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object of template data: bounded, and free of what PostgreSQL cannot store. */
export const dataSchema = z
  .custom<Record<string, unknown>>(isJsonObject, { ...expected('a JSON object'), abort: true })
  .superRefine((data, context) => {
    const problem = jsonProblem(data, { maxBytes: maxDataBytes, what: '256 KiB' });
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

export const trackingSchema = z.strictObject(
  {
    clicks: z.boolean('must be true or false').nullish(),
    opens: z.boolean('must be true or false').nullish(),
    text: z.boolean('must be true or false').nullish(),
  },
  expected('an object with clicks, opens or text'),
);

/** An address as answers show it. */
export const mailboxSchema = z.object({ email: z.string(), name: z.string().nullable() });

export const nameSchema = lineSchema(1, 200);

export const timeSchema = z.iso.datetime();

import * as z from 'zod';
import { issuesOf } from '../error.ts';
import { parseAddress, splitAddressList } from '../fields/address.ts';
import { dataSchema, expected, isJsonObject, textSchema, uuidSchema } from '../fields/fields.ts';
import { isOfFewFields, orEmptyMap, passed } from './door-forms.ts';
import { type DoorSend, type FieldNames, readDoorEmail, readDoorItem } from './door-send.ts';
import { type Pair, tagOfPair } from './pair-tag.ts';
import { withPlainNames } from './plain-names.ts';
import { withIdsOfHtml, withIdsOfImages } from './postmark-files.ts';
import { postmarkAttachmentsSchema, postmarkHeadersSchema, textOfPlain } from './postmark-parts.ts';

/** The most messages that one request in Postmark's form may hold, as at Postmark. */
export const maxPostmarkBatch = 500;

/** The streams there are: mail that was asked for, and marketing. */
export const postmarkStreams = ['outbound', 'broadcast'] as const;
export type PostmarkStream = (typeof postmarkStreams)[number];

const maxListLength = 20_000;

/** The SDK of Java puts each address of a list into quotes as a whole, where they would stand for a name. */
function withoutQuotes(piece: string): string {
  const [, quoted] = /^"([^"\\]*)"$/.exec(piece.trim()) ?? [];
  return quoted !== undefined && parseAddress(quoted).kind === 'ok' ? quoted : piece;
}

/** A comma-separated list; an empty text stands for none, as at Postmark. */
const addressesSchema = textSchema(0, maxListLength).transform((text) =>
  text.trim() === '' ? [] : splitAddressList(text).map(withoutQuotes),
);

const maxMetadata = 10;

const isLine = (text: string) => !/\p{Cc}/u.test(text);
const notALine = 'must be a single line without control characters';
const tagSchema = textSchema(0, 100).refine(isLine, notALine);

/** As at Postmark, but for what a tag cannot hold. */
const pairSchema = z.object({
  name: textSchema(1, 20)
    .refine((name) => !name.includes(':'), 'must have no colon')
    .refine(isLine, notALine),
  value: textSchema(0, 80).refine(isLine, notALine),
});

/** What is wrong with a field of `Metadata`, or null; the name of it is where it is told. */
function pairProblem(name: string, value: unknown): string | null {
  const [issue] = pairSchema.safeParse({ name, value }).error?.issues ?? [];
  if (issue === undefined) return null;
  return issue.path[0] === 'name' ? `has a name that ${issue.message}` : issue.message;
}

// They are counted first: a hundred thousand bad ones would become as many issues. A record leaves out what is named __proto__.
const metadataSchema = z
  .custom<Record<string, unknown> | null>((data) => data === null || isJsonObject(data), {
    ...expected('an object of texts'),
    abort: true,
  })
  .refine((data) => Object.keys(data ?? {}).length <= maxMetadata, {
    message: `must hold at most ${maxMetadata} fields`,
    abort: true,
  })
  .refine((data) => !Object.hasOwn(data ?? {}, '__proto__'), 'must have no field named __proto__')
  .transform((data, context): readonly Pair[] => {
    const fields = Object.entries(data ?? {}).map(([name, value]) => [name, textOfPlain(value)] as const);
    for (const [name, value] of fields) {
      const message = pairProblem(name, value);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
    return fields.map(([name, value]) => ({ name, value: String(value) }));
  });

const linkTracking = ['None', 'HtmlAndText', 'HtmlOnly', 'TextOnly'] as const;

const sharedFields = {
  From: passed,
  To: addressesSchema.nullish(),
  Cc: addressesSchema.nullish(),
  Bcc: addressesSchema.nullish(),
  ReplyTo: passed,
  Tag: tagSchema.nullish(),
  Metadata: metadataSchema.optional(),
  Headers: postmarkHeadersSchema.nullish(),
  Attachments: postmarkAttachmentsSchema.nullish(),
  TrackOpens: z.boolean('must be true or false').nullish(),
  TrackLinks: z
    .enum(linkTracking, expected(`one of ${linkTracking.join(', ')}`))
    .refine(
      (where) => where !== 'TextOnly',
      'must be HtmlAndText here: links of the text alone are not tracked',
    )
    .nullish(),
  MessageStream: z
    .enum(postmarkStreams, expected(`one of ${postmarkStreams.join(', ')}: there are no others here`))
    .nullish(),
};

/** One message as Postmark takes it, of which the form alone is looked at: what it holds follows the rules of our own. */
export const postmarkEmailSchema = z.strictObject(
  { ...sharedFields, Subject: passed, HtmlBody: passed, TextBody: passed },
  expected('an object'),
);

const templateFields = {
  ...sharedFields,
  TemplateAlias: textSchema(1, 100).nullish(),
  TemplateId: z.union([textSchema(1, 100), z.number()], expected('a UUID')).nullish(),
  TemplateModel: dataSchema.nullish(),
  InlineCss: z.boolean('must be true or false').nullish(),
};

/** One message that is made of a template. */
export const postmarkTemplateSchema = z
  .strictObject(templateFields, expected('an object'))
  .transform((message, context) => {
    const { TemplateAlias, TemplateId, InlineCss: _, ...rest } = message;
    const path = TemplateAlias ? 'TemplateAlias' : 'TemplateId';
    const given = TemplateAlias ?? TemplateId;
    const id = uuidSchema.safeParse(given);
    if (id.success) return { ...rest, templateId: id.data };
    const message_ =
      given === undefined || given === null
        ? 'is required unless TemplateAlias is given'
        : 'must be the UUID of a template of this workspace';
    context.addIssue({ code: 'custom', path: [path], message: message_ });
    return z.NEVER;
  });

/** Several of those in one request. */
export const postmarkTemplatesSchema = z.strictObject(
  { Messages: z.array(z.unknown(), expected('an array of messages')) },
  expected('an object with Messages'),
);

/** What fields of ours are called at Postmark, where they have another name. */
export const postmarkFieldNames: FieldNames = new Map([
  ['from', 'From'],
  ['to', 'To'],
  ['to.email', 'To'],
  ['cc', 'Cc'],
  ['bcc', 'Bcc'],
  ['subject', 'Subject'],
  ['html', 'HtmlBody'],
  ['text', 'TextBody'],
  ['reply_to', 'ReplyTo'],
  ['replyTo', 'ReplyTo'],
  ['headers', 'Headers'],
  ['attachments', 'Attachments'],
  ['attachments[].filename', 'Attachments[].Name'],
  ['attachments[].content', 'Attachments[].Content'],
  ['attachments[].content_type', 'Attachments[].ContentType'],
  ['attachments[].content_id', 'Attachments[].ContentID'],
  ['tracking', 'TrackLinks'],
  ['data', 'TemplateModel'],
  ['templateId', 'TemplateId'],
  ['type', 'MessageStream'],
]);

type Shared = z.infer<z.ZodObject<typeof sharedFields>>;

const isEmpty = (value: unknown) => value === '' || value === undefined || value === null;

function tagsOf({ Tag, Metadata }: Shared): string[] {
  const pairs = (Metadata ?? []).map(tagOfPair);
  return isEmpty(Tag) ? pairs : [String(Tag), ...pairs];
}

/** What is left out is left to the sender profile, as it is left to the server at Postmark. */
function trackingOf({ TrackOpens, TrackLinks }: Shared) {
  const links = TrackLinks ? { clicks: TrackLinks !== 'None', text: TrackLinks === 'HtmlAndText' } : {};
  return { ...(typeof TrackOpens === 'boolean' ? { opens: TrackOpens } : {}), ...links };
}

const unlessEmpty = (value: unknown) => (isEmpty(value) ? undefined : value);

/** What both kinds of messages have under the same names in both of our dialects. */
const commonOf = (message: Shared) => ({
  from: unlessEmpty(message.From),
  cc: message.Cc ?? [],
  bcc: message.Bcc ?? [],
  tracking: trackingOf(message),
  headers: message.Headers,
});

/** An empty list names nobody, which is told like a field that is not there. */
const recipientsOf = ({ To }: Shared) => (To && To.length > 0 ? To : undefined);

const readWith = (message: Shared) => ({ names: postmarkFieldNames, tags: tagsOf(message) });

const isMarketing = ({ MessageStream }: Shared) => MessageStream === 'broadcast';

/** Where an empty text stands for none. */
const emptyIsNone = ['MessageStream', 'TemplateAlias', 'TemplateId', 'TrackLinks'] as const;
const maps = ['Metadata', 'TemplateModel'] as const;

const emailNames = Object.keys(postmarkEmailSchema.shape);
const templateNames = Object.keys(templateFields);

/** What clients write who can leave nothing out, or cannot tell an empty map from an empty list, in the form that says what they mean. */
function plainForm(written: unknown, names: readonly string[]): unknown {
  if (!isOfFewFields(written)) return written;
  const raw = withPlainNames(written, names);
  const plain = new Map<string, unknown>();
  for (const name of emptyIsNone) if (raw[name] === '') plain.set(name, undefined);
  for (const name of maps) {
    const map = orEmptyMap(raw[name]);
    if (map !== raw[name]) plain.set(name, map);
  }
  return plain.size === 0 ? raw : { ...raw, ...Object.fromEntries(plain) };
}

/** Puts a message of Postmark into the words of an email. Pure. */
export function readPostmarkEmail(raw: unknown): DoorSend {
  const parsed = postmarkEmailSchema.safeParse(plainForm(raw, emailNames));
  if (!parsed.success) return { kind: 'bad', issues: issuesOf(parsed.error) };
  const message = parsed.data;
  const email = {
    ...commonOf(message),
    to: recipientsOf(message),
    attachments: message.Attachments && withIdsOfHtml(message.Attachments, message.HtmlBody),
    subject: message.Subject,
    html: unlessEmpty(message.HtmlBody),
    text: unlessEmpty(message.TextBody),
    reply_to: unlessEmpty(message.ReplyTo),
    type: isMarketing(message) ? 'marketing' : 'transactional',
  };
  return readDoorEmail(email, { ...readWith(message), subscriptionGroupId: null });
}

/** Puts a message of Postmark that is made of a template into the words of an item. Pure. */
export function readPostmarkTemplate(raw: unknown): DoorSend {
  const parsed = postmarkTemplateSchema.safeParse(plainForm(raw, templateNames));
  if (!parsed.success) return { kind: 'bad', issues: issuesOf(parsed.error) };
  const message = parsed.data;
  const item = {
    ...commonOf(message),
    attachments: message.Attachments && withIdsOfImages(message.Attachments),
    templateId: message.templateId,
    data: message.TemplateModel,
    replyTo: unlessEmpty(message.ReplyTo),
  };
  return readDoorItem(item, {
    ...readWith(message),
    to: recipientsOf(message),
    isMarketing: isMarketing(message),
  });
}

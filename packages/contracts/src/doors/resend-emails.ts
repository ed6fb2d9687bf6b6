import * as z from 'zod';
import { issuesOf } from '../error.ts';
import { dataSchema, expected, textSchema, uuidSchema } from '../fields/fields.ts';
import { isWrittenAnew } from '../fields/message-headers.ts';
import { queryNumber } from '../fields/paging.ts';
import { scheduleSchema } from '../fields/send-options.ts';
import { isOfFewFields, listOf, orEmptyMap, passed } from './door-forms.ts';
import { type DoorSend, type FieldNames, readDoorEmail, readDoorItem } from './door-send.ts';
import { maxPairPart, tagOfPair } from './pair-tag.ts';
import { resendAttachmentsSchema } from './resend-attachments.ts';

/** The most emails that one request in Resend's form may hold, as at Resend. */
export const maxResendBatch = 100;

const tagPart = textSchema(1, maxPairPart).regex(
  /^[A-Za-z0-9_-]+$/,
  'must hold only ASCII letters, digits, underscores and dashes',
);

/** A tag of Resend. */
export const resendTagSchema = z.strictObject(
  { name: tagPart, value: tagPart },
  expected('an object with name and value'),
);

const tagsSchema = listOf(resendTagSchema, 20).transform((tags) => tags.map(tagOfPair));

/** Some clients give a header several values. */
const joined = (value: unknown): unknown =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
    ? value.join(', ')
    : value;

/** Headers are ours but for those that go out anew, which mail libraries write into every message. */
const headersSchema = z.unknown().transform((given) => {
  const headers = orEmptyMap(given);
  if (!isOfFewFields(headers)) return headers;
  const own = Object.entries(headers).filter(([name]) => !isWrittenAnew(name));
  return Object.fromEntries(own.map(([name, value]) => [name, joined(value)]));
});

const replyToSchema = z.unknown().transform((value, context) => {
  if (!Array.isArray(value)) return value;
  if (value.length > 1) context.addIssue({ code: 'custom', message: 'must hold one address here' });
  return value[0];
});

/** One email as Resend takes it, of which the form alone is looked at: what it holds follows the rules of our own. */
export const resendEmailSchema = z
  .strictObject(
    {
      from: passed,
      to: passed,
      subject: passed,
      html: passed,
      text: passed,
      cc: passed,
      bcc: passed,
      reply_to: replyToSchema.optional(),
      headers: headersSchema.optional(),
      scheduled_at: passed,
      tags: tagsSchema.nullish(),
      attachments: resendAttachmentsSchema.nullish(),
      topic_id: uuidSchema.nullish(),
      template: z
        .strictObject(
          { id: uuidSchema, variables: dataSchema.nullish() },
          expected('an object with id and variables'),
        )
        .nullish(),
    },
    expected('an object'),
  )
  .superRefine(({ template, html, text }, context) => {
    if (!template || (!html && !text)) return;
    const message = 'must not stand beside html or text';
    context.addIssue({ code: 'custom', path: ['template'], message });
  });

/** What fields of ours are called at Resend, where they have another name. */
export const resendFieldNames: FieldNames = new Map([
  ['to.email', 'to'],
  ['replyTo', 'reply_to'],
  ['scheduledAt', 'scheduled_at'],
  ['data', 'template.variables'],
  ['templateId', 'template.id'],
  ['subscriptionGroupId', 'topic_id'],
]);

const listed = (value: unknown): unknown => (typeof value === 'string' ? [value] : value);

/** What PHP writes for variables that there are none of, in the form that says what it means. */
function plainForm(raw: unknown): unknown {
  if (!isOfFewFields(raw) || !isOfFewFields(raw.template) || !Array.isArray(raw.template.variables))
    return raw;
  return { ...raw, template: { ...raw.template, variables: orEmptyMap(raw.template.variables) } };
}

/** Puts an email of Resend into our words: an email, or an item where it names a template. Pure. */
export function readResendEmail(raw: unknown): DoorSend {
  const parsed = resendEmailSchema.safeParse(plainForm(raw));
  if (!parsed.success) return { kind: 'bad', issues: issuesOf(parsed.error) };
  const { template, topic_id, to, text, html, scheduled_at, reply_to, tags, ...same } = parsed.data;
  const copies = { cc: listed(same.cc), bcc: listed(same.bcc) };
  const subscriptionGroupId = topic_id ?? null;
  const read = { names: resendFieldNames, tags: tags ?? [] };
  if (!template) {
    // An empty text stands for none, as at Resend.
    const bodies = { html: html === '' ? null : html, text: text === '' ? null : text };
    const email = { ...same, ...bodies, ...copies, to: listed(to), scheduled_at, reply_to };
    return readDoorEmail(email, { ...read, subscriptionGroupId });
  }
  const item = {
    ...same,
    ...copies,
    templateId: template.id,
    data: template.variables,
    replyTo: reply_to,
    scheduledAt: scheduled_at,
    subscriptionGroupId,
  };
  return readDoorItem(item, { ...read, to: listed(to), isMarketing: false });
}

/** How a list in Resend's form is paged: on from the entry with this id. */
export const resendPageSchema = z.strictObject(
  {
    limit: queryNumber(1, 100).default(20),
    after: uuidSchema.optional(),
    before: z.never('is not offered here: walk on with after').optional(),
  },
  expected('query parameters'),
);

/** Moves a scheduled email. */
export const resendUpdateSchema = z.strictObject(
  { scheduled_at: scheduleSchema },
  expected('an object with scheduled_at'),
);

import * as z from 'zod';
import { expected, textSchema } from '../fields/fields.ts';
import { createTemplateSchema, maxTemplatePart } from '../templates.ts';
import {
  defaultWords,
  readDefault,
  type TemplateTag,
  type TranslatedTags,
  templateLiteral,
  templateTag,
  translateTags,
} from './template-tags.ts';

/** What stands for variables of a template that are given no value, as literals of it: one may have none, or one that cannot be written. */
export type ResendFallbacks = ReadonlyMap<string, { readonly literal: string | null } | 'none'>;

/** What Resend fills in by itself. */
const provided: Readonly<Record<string, string>> = {
  EMAIL: '@profile.email',
  RESEND_UNSUBSCRIBE_URL: '@unsubscribeUrl',
  UNSUBSCRIBE_URL: '@unsubscribeUrl',
};

const isName = /^[A-Za-z_][\w.]*$/;

type Rewriting = {
  /** They hold wherever their name stands. */
  readonly declared: ResendFallbacks;
  /** They hold where their name stands without one. */
  readonly kept?: ResendFallbacks;
};

function withFallback(
  name: string,
  fallback: ReturnType<ResendFallbacks['get']>,
  tag: TemplateTag,
): string | null {
  if (fallback === undefined || fallback === 'none') return templateTag(name, tag);
  const { literal } = fallback;
  return literal === null ? null : templateTag(defaultWords(name, literal), tag);
}

function rewrite(tag: TemplateTag, { declared, kept }: Rewriting, placed: Set<string>): string | null {
  const ours = readDefault(tag.words);
  if (ours !== null) {
    if (!declared.has(ours.name)) return null;
    placed.add(ours.name);
    return withFallback(ours.name, declared.get(ours.name), tag);
  }
  const [name = '', inline] = tag.words.split('|').map((part) => part.trim());
  const known = provided[name];
  if (known !== undefined) return templateTag(known, tag);
  if (!isName.test(name)) return null;
  if (inline !== undefined) return withFallback(name, { literal: templateLiteral(inline) }, tag);
  placed.add(name);
  return withFallback(name, declared.get(name) ?? kept?.get(name), tag);
}

/**
 * A part of a template of Resend with our tags in it, those that have no word here, and the names that a declared fallback was
 * asked for. Of one that would be longer than a part may be more than that is made, and not all. Pure.
 */
export function translateResendTags(
  part: string,
  rewriting: Rewriting,
): TranslatedTags & { readonly placed: ReadonlySet<string> } {
  const placed = new Set<string>();
  return { ...translateTags(part, (tag) => rewrite(tag, rewriting, placed), maxTemplatePart), placed };
}

/** The fallbacks that the parts of a stored template have: of names that never stand without one, the first. Pure. */
export function storedResendFallbacks(parts: readonly string[]): ResendFallbacks {
  const found = new Map<string, { readonly literal: string }>();
  const bare = new Set<string>();
  for (const part of parts) {
    translateTags(part, ({ words }) => {
      const ours = readDefault(words);
      if (ours === null) bare.add(words);
      else if (!found.has(ours.name)) found.set(ours.name, ours);
      return null;
    });
  }
  return new Map([...found].filter(([name]) => !bare.has(name)));
}

const notKept = (instead: string) =>
  z
    .unknown()
    .refine((value) => value === null || value === undefined, `is not kept here: ${instead}`)
    .optional();

const maxVariables = 100;

/** A variable that a template declares: its fallback becomes a part of the template. */
export const resendVariableSchema = z
  .strictObject(
    {
      key: textSchema(1, 50).regex(/^[A-Za-z_]\w*$/, 'must be letters, digits and underscores'),
      type: z.enum(['string', 'number'], expected('string or number')),
      fallback_value: z.union([textSchema(0, 500), z.number()], expected('a text or a number')).nullish(),
    },
    expected('an object with key and type'),
  )
  .superRefine(({ type, fallback_value: value }, context) => {
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: ['fallback_value'], message });
    if (value === null || value === undefined) return;
    if (typeof value !== type) refuse(`must be a ${type}, as type says`);
    else if (typeof value === 'number' && String(value).includes('e')) {
      refuse('must be a number that is written without an exponent: give it as a string');
    } else if (typeof value === 'string' && templateLiteral(value) === null) {
      refuse('must not hold both kinds of quotes, nor end in a backslash');
    }
  });

const { name, subject, html } = createTemplateSchema.shape;
const sender = 'name it in each email, or give the template a sender profile under /api/v1';

const sharedFields = {
  // An empty text stands for none, as at Resend.
  text: textSchema(0, maxTemplatePart)
    .transform((text) => (text === '' ? null : text))
    .nullish(),
  alias: notKept('a template is known by its id'),
  from: notKept(sender),
  reply_to: notKept(sender),
  // The length comes first: a million bad elements would become a million issues.
  variables: z
    .array(z.unknown(), expected('an array'))
    .max(maxVariables, `must hold at most ${maxVariables}`)
    .pipe(z.array(resendVariableSchema))
    .refine(
      (variables) => new Set(variables.map(({ key }) => key)).size === variables.length,
      'must name each key once',
    )
    .nullish(),
};

/** A template to be made, in Resend's form. */
export const resendCreateTemplateSchema = z.strictObject(
  { name, subject, html: html.unwrap(), ...sharedFields },
  expected('an object with name, subject and html'),
);

/** What may be changed of a template. */
export const resendUpdateTemplateSchema = z.strictObject(
  { name: name.optional(), subject: subject.optional(), html, ...sharedFields },
  expected('an object'),
);

type Declared = {
  readonly key: string;
  readonly fallback_value?: string | number | null | undefined;
};

/** The fallbacks that variables are declared with; one that is declared without has none. Pure. */
export const resendFallbacks = (variables: readonly Declared[] | null | undefined): ResendFallbacks =>
  new Map(
    (variables ?? []).map(({ key, fallback_value: value }) => {
      const literal = typeof value === 'string' ? templateLiteral(value) : String(value);
      return [key, value === null || value === undefined ? 'none' : { literal }] as const;
    }),
  );

const listedFields = {
  id: z.guid(),
  name: z.string(),
  alias: z.null(),
  status: z.literal('published'),
  published_at: z.iso.datetime(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
};

/** A template of a list. */
export const resendListedTemplateSchema = z.object(listedFields);
export type ResendListedTemplate = z.infer<typeof resendListedTemplateSchema>;

/** A template alone: what is saved is what is sent. */
export const resendTemplateSchema = z.object({
  object: z.literal('template'),
  ...listedFields,
  subject: z.string(),
  html: z.string(),
  text: z.string().nullable(),
  from: z.string().nullable(),
  reply_to: z.array(z.string()).nullable(),
  variables: z.array(
    z.object({
      key: z.string(),
      type: z.literal('string'),
      fallback_value: z.null(),
      created_at: z.iso.datetime(),
      updated_at: z.iso.datetime(),
    }),
  ),
  has_unpublished_versions: z.literal(false),
  current_version_id: z.guid(),
});
export type ResendTemplate = z.infer<typeof resendTemplateSchema>;

/** The answer to a template that was made, changed, copied or published. */
export const resendChangedTemplateSchema = z.object({ object: z.literal('template'), id: z.guid() });

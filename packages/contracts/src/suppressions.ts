import * as z from 'zod';
import { emailSchema, expected, queryEmailSchema, textSchema } from './fields/fields.ts';
import { cursorSchema, limitSchema } from './fields/paging.ts';
import { momentSchema } from './fields/send-options.ts';

/** Why an address gets no mail: SES reported a hard bounce or a complaint, or someone asked for it. */
export const suppressionReasons = ['Bounce', 'Complaint', 'Manual'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Who said so: a client or its import, an event about mail that was sent, or SES, which refused to send it. */
export const suppressionOrigins = ['client', 'import', 'provider', 'event'] as const;
export type SuppressionOrigin = (typeof suppressionOrigins)[number];

/** The most addresses that one import may hold. */
export const maxSuppressionsPerImport = 100_000;

/** The most mistakes that an import tells of one by one. */
export const maxImportErrors = 100;

const reasonSchema = z.enum(suppressionReasons, expected(`one of ${suppressionReasons.join(', ')}`));
const noteSchema = textSchema(1, 1_000);
const expirySchema = momentSchema.refine(
  (moment) => moment.getTime() > Date.now(),
  'must be a time that is still to come',
);

/** A suppression to be made; without a `reason` it is `Manual`, without `expiresAt` it stays. */
export const createSuppressionSchema = z.strictObject(
  {
    email: emailSchema,
    reason: reasonSchema.default('Manual'),
    note: noteSchema.nullish(),
    expiresAt: expirySchema.nullish(),
  },
  expected('an object'),
);

export type CreateSuppression = z.infer<typeof createSuppressionSchema>;

const timeCursorPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\/./;

/** Whether a cursor is the place in a list that is ordered by time: a moment, which exists, and an address. */
const isTimeCursor = (cursor: string): boolean =>
  momentSchema.safeParse(timeCursorPattern.exec(cursor)?.[1]).success;

/** What a list of suppressions may be narrowed to. With a reason or a time it is ordered by time, else by address. */
export const suppressionsQuerySchema = z
  .strictObject(
    {
      limit: limitSchema,
      cursor: cursorSchema(textSchema(1, 360)).optional(),
      reason: reasonSchema.optional(),
      email: queryEmailSchema.optional(),
      created_after: momentSchema.optional(),
    },
    expected('query parameters'),
  )
  .superRefine(({ cursor, reason, created_after }, context) => {
    const isByTime = reason !== undefined || created_after !== undefined;
    if (cursor === undefined || isTimeCursor(cursor) === isByTime) return;
    context.addIssue({
      code: 'custom',
      path: ['cursor'],
      message: 'is not a cursor of this list: pass the one that the page before answered, or leave it out',
    });
  });

/** What an import may be told beside its lines. */
export const importQuerySchema = z.strictObject(
  {
    /** The reason of lines that name none. */
    reason: reasonSchema.optional(),
  },
  expected('query parameters'),
);

/** One line of an import, by the names of our own fields. */
export const importLineSchema = z.strictObject(
  {
    email: emailSchema,
    reason: reasonSchema.optional(),
    note: noteSchema.nullish(),
    expiresAt: expirySchema.nullish(),
  },
  expected('an object'),
);

/** What is shown of an import in JSON; the exports of other products are taken as well. */
export const importSuppressionsSchema = z.strictObject(
  {
    suppressions: z
      .array(createSuppressionSchema, expected('an array'))
      .max(maxSuppressionsPerImport, `must hold at most ${maxSuppressionsPerImport} suppressions`),
  },
  expected('an object'),
);

export const suppressionSchema = z.object({
  email: z.string(),
  reason: z.enum(suppressionReasons),
  origin: z.enum(suppressionOrigins),
  note: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type SuppressionResource = z.infer<typeof suppressionSchema>;

/** What an import came to; `unchanged` counts those that were there already, or twice in the request. */
export const suppressionImportSchema = z.object({
  total: z.int().min(0),
  added: z.int().min(0),
  unchanged: z.int().min(0),
  invalid: z.int().min(0),
  errors: z.array(z.object({ line: z.int().min(1), message: z.string() })),
  /** Mistakes beyond those. */
  moreErrors: z.int().min(0),
});
export type SuppressionImport = z.infer<typeof suppressionImportSchema>;

/** Whether a suppression that is deleted is to be lifted at SES as well. */
export const deleteSuppressionQuerySchema = z.strictObject(
  { provider: z.enum(['true', 'false'], expected('true or false')).optional() },
  expected('query parameters'),
);

/** What became of a suppression that was to be lifted at SES as well. */
export const liftedSuppressionSchema = z.object({ stillSuppressedByProvider: z.boolean() });
export type LiftedSuppression = z.infer<typeof liftedSuppressionSchema>;

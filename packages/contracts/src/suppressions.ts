import { z } from 'zod';
import { emailSchema, expected, textSchema } from './fields/fields.ts';

/** Why an address gets no mail: SES reported a hard bounce or a complaint, or someone asked for it. */
export const suppressionReasons = ['Bounce', 'Complaint', 'Manual'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** The most suppressions that one import may hold. */
export const maxSuppressionsPerImport = 1_000;

/** A suppression to be made; without a `reason` it is `Manual`. */
export const createSuppressionSchema = z.strictObject(
  {
    email: emailSchema,
    reason: z.enum(suppressionReasons, expected(`one of ${suppressionReasons.join(', ')}`)).default('Manual'),
    note: textSchema(1, 1_000).nullish(),
  },
  expected('an object'),
);

export type CreateSuppression = z.infer<typeof createSuppressionSchema>;

/** Suppressions to be added all at once: one that is malformed refuses them all. */
export const importSuppressionsSchema = z.strictObject(
  {
    suppressions: z
      .array(createSuppressionSchema, expected('an array'))
      .min(1, 'must hold at least 1 suppression')
      .max(maxSuppressionsPerImport, `must hold at most ${maxSuppressionsPerImport} suppressions`),
  },
  expected('an object'),
);

export const suppressionSchema = z.object({
  email: z.string(),
  reason: z.enum(suppressionReasons),
  note: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type SuppressionResource = z.infer<typeof suppressionSchema>;

/** What an import came to; `existing` counts those that were there already, or twice in the request. */
export const suppressionImportSchema = z.object({
  total: z.int().min(0),
  created: z.int().min(0),
  existing: z.int().min(0),
});
export type SuppressionImport = z.infer<typeof suppressionImportSchema>;

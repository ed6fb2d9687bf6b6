import * as z from 'zod';
import { expected, nameSchema, timeSchema, uuidSchema } from './fields/fields.ts';
import { grantableScopes, shownScopes } from './scopes.ts';

/** A key may be limited to so many sender profiles. */
export const maxKeySenders = 100;

export const createApiKeySchema = z.strictObject(
  {
    name: nameSchema,
    scopes: z
      .array(z.enum(grantableScopes, expected(`one of ${grantableScopes.join(', ')}`)), expected('an array'))
      .min(1, 'must hold at least 1 scope')
      .max(grantableScopes.length, `must hold at most ${grantableScopes.length} scopes`)
      .transform((granted) => [...new Set(granted)]),
    mode: z.enum(['live', 'test'], expected('live or test')).optional(),
    /** Null: not limited to any. */
    senderProfileIds: z
      .array(uuidSchema, expected('an array of ids, or null'))
      .min(1, 'must hold at least 1 sender profile, or be null: the key is not limited then')
      .max(maxKeySenders, `must hold at most ${maxKeySenders} sender profiles`)
      .transform((ids) => [...new Set(ids)])
      .nullable()
      .optional(),
  },
  expected('an object'),
);
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeySchema = z.object({
  id: z.guid(),
  name: z.string(),
  /** The first characters of the key, to tell keys apart. */
  prefix: z.string(),
  scopes: z.array(z.enum(shownScopes)),
  mode: z.enum(['live', 'test']),
  /** The sender profiles that it is limited to; null: it is not. */
  senderProfileIds: z.array(z.guid()).nullable(),
  createdAt: timeSchema,
  revokedAt: timeSchema.nullable(),
});
export type ApiKeyResource = z.infer<typeof apiKeySchema>;

/** The answer to the creation alone holds the key itself. */
export const createdApiKeySchema = apiKeySchema.extend({ key: z.string() });
export type CreatedApiKeyResource = z.infer<typeof createdApiKeySchema>;

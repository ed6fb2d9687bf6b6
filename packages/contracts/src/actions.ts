import * as z from 'zod';
import { expected, timeSchema } from './fields/fields.ts';
import { keptFilterSchema, sendsFilterSchema } from './sends.ts';

/** What may be done with all sends that a filter lets through. */
export const bulkActions = ['retry', 'cancel', 'export'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** So many actions of a workspace may wait or be under way; they are done one after another. */
export const maxOpenActions = 10;

/** Why an action left a send as it was. */
export const actionRefusals = [
  'not_failed',
  'not_waiting',
  'beaten',
  'changed_since',
  'sender_not_verified',
  'never_accepted',
  'recipient_erased',
  'content_removed',
  'not_understood',
] as const;
export type ActionRefusal = (typeof actionRefusals)[number];

/** Asks for an action; a filter without conditions is said as `{}`. */
export const createActionSchema = z.strictObject(
  { action: z.enum(bulkActions, expected(`one of ${bulkActions.join(', ')}`)), filter: sendsFilterSchema },
  expected('an object'),
);
export type CreateAction = z.infer<typeof createActionSchema>;

/** The same as it is kept until workers have done it. */
export const keptActionSchema = createActionSchema.extend({ filter: keptFilterSchema });

/** An action and how far it is. */
export const actionSchema = z.object({
  id: z.guid(),
  action: z.enum(bulkActions),
  state: z.enum(['running', 'done', 'stopped']),
  /** How many sends met the filter when it was asked for, and whether that is an estimate. */
  matched: z.int().min(0),
  matchedIsEstimate: z.boolean(),
  done: z.int().min(0),
  refused: z.partialRecord(z.enum(actionRefusals), z.int().min(0)),
  createdAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});
export type ActionResource = z.infer<typeof actionSchema>;

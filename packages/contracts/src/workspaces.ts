import * as z from 'zod';
import { expected, nameSchema, timeSchema } from './fields/fields.ts';
import { sendStatuses } from './send-status.ts';

/** A workspace to be made. */
export const createWorkspaceSchema = z.strictObject({ name: nameSchema }, expected('an object'));

/** Counts of a workspace go so far: as many as this are so many or more. */
export const maxWorkspaceCount = 1_000;

/** The numbers of one workspace, and nothing of what it sends or to whom. */
export const workspaceSchema = z.object({
  id: z.guid(),
  name: z.string(),
  isDefault: z.boolean(),
  createdAt: timeSchema,
  /** Sends by status: those that are not finished, and of the others those that were accepted within 24 hours. */
  counts: z.record(z.enum(sendStatuses), z.int().min(0).max(maxWorkspaceCount)),
});
export type WorkspaceResource = z.infer<typeof workspaceSchema>;

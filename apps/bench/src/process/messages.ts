import * as z from 'zod';

/** The `id` of the message by which a child says that it is ready to be asked. */
export const helloId = 0;

/** What the bench asks one of its children. */
export const askSchema = z.object({ id: z.int(), ask: z.string(), input: z.unknown() });

/** What a child answers: a value, or why there is none. */
export const replySchema = z.object({
  id: z.int(),
  answer: z.unknown().optional(),
  error: z.string().optional(),
});

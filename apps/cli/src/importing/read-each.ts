import * as z from 'zod';
import { Problem } from '../problem.ts';
import type { ForeignTemplate, UnreadableTemplate } from './source.ts';

/** The other product has no such thing: it was removed since it was listed, or a template names a layout that is gone. */
export class MissingProblem extends Problem {}

/** Why one template cannot be read, whatever is well with the others; anything else ends the import. */
function problemOfOne(error: unknown): string {
  if (error instanceof MissingProblem) return error.message;
  if (error instanceof z.ZodError) return `it has another shape than is known: ${z.prettifyError(error)}`;
  throw error;
}

/** Reads templates one by one; null: there is nothing to take over. One that cannot be read is told of in its place. */
export async function* readEach(
  ids: readonly string[],
  read: (id: string) => Promise<ForeignTemplate | null>,
): AsyncGenerator<ForeignTemplate | UnreadableTemplate> {
  for (const id of ids) {
    const found = await read(id).catch((error: unknown) => ({
      name: `Template ${id}`,
      unreadable: problemOfOne(error),
    }));
    if (found !== null) yield found;
  }
}

import { PostroomError } from './postroom-error.ts';
import { failure, type Result, success } from './result.ts';

/** One page of any list. */
export type AnyPage<Entry> = { readonly entries: readonly Entry[]; readonly next: string | null };

const circling = () =>
  new PostroomError({
    code: 'invalid_response',
    message: 'The list names the same page as the next one again.',
  });

/**
 * Walks a list page by page, each when it is needed, from the cursor given. Every step is a result; an error is the
 * last step, so a list that ends without one was walked to its end.
 */
export async function* walk<Entry>(
  from: string | undefined,
  fetchPage: (cursor: string | undefined) => Promise<Result<AnyPage<Entry>>>,
): AsyncGenerator<Result<Entry>, void, undefined> {
  let cursor = from;
  for (;;) {
    const { data: page, error } = await fetchPage(cursor);
    if (error !== null) {
      yield failure(error);
      return;
    }
    for (const entry of page.entries) yield success(entry);
    if (page.next === null) return;
    if (page.next === cursor) {
      yield failure(circling());
      return;
    }
    cursor = page.next;
  }
}

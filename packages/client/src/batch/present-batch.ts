import { type Failure, failure, type Success } from '../result.ts';
import type { PartialEmails, PartialItems, Unanswered, UnansweredItem } from './batch-result.ts';
import type { Joined } from './join-outcomes.ts';

/** A successful result that also carries the answer's own fields. */
export const answeredBatch = <Answer extends object>(data: Answer): Success<Answer> & Answer => ({
  ...data,
  data,
  error: null,
});

type Incomplete<Entry, Failed> = Extract<Joined<Entry, Failed>, { kind: 'partial' }>;

/** The failed result of a batch of emails, with what is known of each. */
export function partialEmails<Entry>({
  entries: emails,
  unanswered,
  batchIds,
  error,
}: Incomplete<Entry, Unanswered>): Failure & { readonly partial: PartialEmails<Entry> } {
  return { ...failure(error), partial: { emails, count: emails.length, unanswered, batchIds } };
}

/** How many of the items were accepted, and how many rejected. */
export function countItems(items: readonly { readonly status: string }[]) {
  const count = (wanted: string) => items.filter(({ status }) => status === wanted).length;
  return { total: items.length, accepted: count('accepted'), rejected: count('rejected') };
}

/** The failed result of a batch of items, with what is known of each. */
export function partialItems<Entry extends { readonly status: string }>({
  entries: items,
  unanswered,
  batchIds,
  error,
}: Incomplete<Entry, UnansweredItem>): Failure & { readonly partial: PartialItems<Entry> } {
  return { ...failure(error), partial: { items, ...countItems(items), unanswered, batchIds } };
}

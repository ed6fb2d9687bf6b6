import type { PostroomError } from '../postroom-error.ts';
import type { Failure, Success } from '../result.ts';
import type { EmailRecord } from '../types/email.ts';
import type { ItemResult } from '../types/item.ts';

/**
 * What a batch answers: a result that also carries the answer's own fields, so that both
 * `const { data, error } = await ...` and `result.count` read well. On failure those fields are undefined, and
 * `partial` says of each entry what became of it.
 */
export type BatchResult<Answer extends object, Known> =
  | (Success<Answer> & Answer & { readonly partial?: undefined })
  | (Failure & { readonly [Field in keyof Answer]?: undefined } & { readonly partial: Known });

/**
 * An entry without an answer of its own:
 * - `refused`: the server refused its request; nothing was made of it;
 * - `in_doubt`: its request was sent and may have been accepted; the error's key tells when it is repeated;
 * - `not_sent`: its request was never sent, or surely never arrived.
 */
export type Unanswered = {
  /** Its place in the list that was given, from 0. */
  index: number;
  status: 'refused' | 'in_doubt' | 'not_sent';
  error: PostroomError;
};

/** An item without an answer, and the key that it had or would have had. */
export type UnansweredItem = Unanswered & { idempotencyKey: string };

/** What is known of each email of a batch that failed as a whole or in part, in the order given. */
export type PartialEmails<Entry = EmailRecord> = {
  emails: (Entry | Unanswered)[];
  /** How many were given. */
  count: number;
  unanswered: number;
  batchIds: string[];
};

/** What is known of each item of a batch that failed as a whole or in part, in the order given. */
export type PartialItems<Entry = ItemResult> = {
  items: (Entry | UnansweredItem)[];
  /** How many were given: those accepted, rejected and unanswered. */
  total: number;
  accepted: number;
  rejected: number;
  unanswered: number;
  batchIds: string[];
};

import type { PostroomError } from '../postroom-error.ts';
import type { Unanswered } from './batch-result.ts';
import type { Outcome } from './run-chunks.ts';

/** The outcomes of all requests of a batch as one list, in the order given. */
export type Joined<Entry, Failed> =
  | {
      readonly kind: 'complete';
      readonly entries: Entry[];
      readonly batchId: string | null;
      readonly batchIds: string[];
    }
  | {
      readonly kind: 'partial';
      readonly entries: (Entry | Failed)[];
      readonly unanswered: number;
      readonly batchIds: string[];
      readonly error: PostroomError;
    };

type AnyAnswer = { readonly batchId?: string | null };

/** How the entries of an answer, and those without one, are shown. */
export type Presenter<Answer, Entry, Failed> = {
  /** The entries of an answer whose request began at `offset`. */
  readonly present: (answer: Answer, offset: number) => readonly Entry[];
  readonly presentFailed: (unanswered: Unanswered) => Failed;
};

/** Puts the outcomes of a batch together; the error is that of the first request that failed. */
export function joinOutcomes<Answer extends AnyAnswer, Entry, Failed>(
  outcomes: readonly Outcome<Answer>[],
  { present, presentFailed }: Presenter<Answer, Entry, Failed>,
): Joined<Entry, Failed> {
  const answered: Entry[] = [];
  const entries: (Entry | Failed)[] = [];
  const batchIds: string[] = [];
  let error: PostroomError | null = null;
  for (const outcome of outcomes) {
    if (outcome.kind === 'answered') {
      const own = present(outcome.answer, outcome.offset);
      answered.push(...own);
      entries.push(...own);
      if (outcome.answer.batchId) batchIds.push(outcome.answer.batchId);
      continue;
    }
    const { offset, size, status } = outcome;
    error ??= outcome.error;
    for (let at = 0; at < size; at += 1) {
      entries.push(presentFailed({ index: offset + at, status, error: outcome.error }));
    }
  }
  if (error !== null) {
    return { kind: 'partial', entries, unanswered: entries.length - answered.length, batchIds, error };
  }
  const batchId = outcomes.length === 1 ? (batchIds[0] ?? null) : null;
  return { kind: 'complete', entries: answered, batchId, batchIds };
}

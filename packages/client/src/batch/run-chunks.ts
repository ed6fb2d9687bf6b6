import type { PostroomError } from '../postroom-error.ts';
import type { Result } from '../result.ts';
import { notJson } from '../transport/transport.ts';
import type { Unanswered } from './batch-result.ts';
import type { Chunk } from './cut.ts';

/** How far a batch is: `done` of `total` entries have their answer or their failure. */
export type Progress = { readonly done: number; readonly total: number };

/** What came of the entries of one request. */
export type Outcome<Answer> =
  | { readonly kind: 'answered'; readonly offset: number; readonly size: number; readonly answer: Answer }
  | {
      readonly kind: 'unanswered';
      readonly offset: number;
      readonly size: number;
      readonly status: Unanswered['status'];
      readonly error: PostroomError;
    };

export type ChunkRun<Answer> = {
  readonly total: number;
  readonly chunks: Iterator<Chunk>;
  readonly send: (chunk: Chunk) => Promise<Result<Answer>>;
  /** The key of the whole call, which every error is given. */
  readonly idempotencyKey: string;
  /** How many requests are under way at once. */
  readonly concurrency: number;
  readonly onProgress: ((progress: Progress) => void) | undefined;
};

/** A refusal for what a request holds says nothing of the others; every other failure would meet them too. */
const isAboutItsContent = ({ status }: PostroomError) =>
  status === 400 || status === 409 || status === 413 || status === 422;

function statusOf({ inDoubt, status }: PostroomError): Unanswered['status'] {
  if (inDoubt) return 'in_doubt';
  return status === null ? 'not_sent' : 'refused';
}

/** What a progress bar throws must not cost the answers of a batch. */
function tell(onProgress: ((progress: Progress) => void) | undefined, progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch {}
}

/**
 * Sends the requests of a batch, some at a time, and answers what came of each in the order of the list. After a
 * failure that is not about the content of one request no further one is begun; those under way end.
 */
export async function runChunks<Answer>(run: ChunkRun<Answer>): Promise<readonly Outcome<Answer>[]> {
  const { total, chunks, send, idempotencyKey, concurrency, onProgress } = run;
  const outcomes: Outcome<Answer>[] = [];
  const state: { taken: number; done: number; stoppedBy: PostroomError | null } = {
    taken: 0,
    done: 0,
    stoppedBy: null,
  };
  const take = (): Chunk | null => {
    if (state.stoppedBy !== null) return null;
    try {
      const { done, value } = chunks.next();
      if (done) return null;
      state.taken = value.offset + value.size;
      return value;
    } catch (cause) {
      state.stoppedBy = notJson(cause).with({ idempotencyKey });
      return null;
    }
  };
  const lane = async () => {
    for (let chunk = take(); chunk !== null; chunk = take()) {
      const { offset, size } = chunk;
      const { data: answer, error: failed } = await send(chunk);
      if (failed === null) outcomes.push({ kind: 'answered', offset, size, answer });
      else {
        const error = failed.with({ idempotencyKey });
        outcomes.push({ kind: 'unanswered', offset, size, status: statusOf(error), error });
        if (!isAboutItsContent(error)) state.stoppedBy ??= error;
      }
      state.done += size;
      tell(onProgress, { done: state.done, total });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  if (state.stoppedBy !== null) {
    const { taken: offset, stoppedBy: error } = state;
    outcomes.push({ kind: 'unanswered', offset, size: total - offset, status: 'not_sent', error });
  }
  return outcomes.sort((a, b) => a.offset - b.offset);
}

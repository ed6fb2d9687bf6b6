import { checkConcurrency, type Settings } from '../settings.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import { checkBatchKey, isGiven } from './keys.ts';
import type { Progress } from './run-chunks.ts';

/** What a batch takes beside its list. */
export type BatchOptions = CallOptions & {
  /**
   * The key of the whole call, 1 to 240 printable ASCII characters; made for you if left out. Whoever repeats a call
   * with the same list under the same key sends nothing twice.
   */
  readonly idempotencyKey?: string | null | undefined;
  /** How many requests are under way at once; in place of the client's setting. */
  readonly concurrency?: number | undefined;
  /** Called whenever a request of the batch has ended. What it throws is ignored. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Every check and every rendering, and nothing is written or sent. */
  readonly dryRun?: boolean | undefined;
};

/** What sends the requests of a batch. */
export type BatchDeps = { readonly transport: Transport; readonly settings: Pick<Settings, 'concurrency'> };

/** The options of a batch, checked and completed. */
export function readBatchOptions({ transport, settings }: BatchDeps, options: BatchOptions) {
  const { idempotencyKey, concurrency, onProgress, dryRun = false } = options;
  return {
    idempotencyKey: isGiven(idempotencyKey) ? checkBatchKey(idempotencyKey) : transport.newKey(),
    concurrency: checkConcurrency(concurrency ?? settings.concurrency),
    onProgress,
    effect: dryRun ? 'none' : 'idempotent',
    query: { dryRun: dryRun ? true : undefined },
  } as const;
}

/** A copy of a list, so that what the caller adds or removes meanwhile does not matter; throws if it is none. */
export function copyOfList<Entry>(name: string, list: readonly Entry[]): readonly Entry[] {
  if (Array.isArray(list)) return [...list];
  throw new TypeError(`${name} must be an array.`);
}

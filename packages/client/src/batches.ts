import type { Result } from './result.ts';
import { hasFields } from './transport/read-answer.ts';
import type { CallOptions, Transport } from './transport/transport.ts';
import type { Batch, CanceledBatch } from './types/sends.ts';

/** Batches as the server keeps them: how far they are, and how to stop them. */
export function createBatches(transport: Transport) {
  return {
    /** A batch with its sends counted by status. */
    get: (id: string, options?: CallOptions): Promise<Result<Batch>> =>
      transport.call({
        method: 'GET',
        path: ['batches', id],
        effect: 'none',
        isAnswer: hasFields<Batch>('id', 'counts'),
        options,
      }),
    /**
     * Cancels every send of a batch that is still Scheduled or Queued. When an answer was lost and the request was
     * repeated, `canceled` counts what the last one stopped; `counts` tells it all.
     */
    cancel: (id: string, options?: CallOptions): Promise<Result<CanceledBatch>> =>
      transport.call({
        method: 'POST',
        path: ['batches', id, 'cancel'],
        effect: 'idempotent',
        isAnswer: hasFields<CanceledBatch>('id', 'counts', 'canceled'),
        options,
      }),
  };
}

import { inSpan, type Tracer } from '../send/tracer.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';

/**
 * The same, telling of the two places where accepting waits for a server; the batch keeps where its sends began. Without a tracer
 * the very same.
 */
export function traceAccepting(deps: AcceptBatchDeps, tracer: Tracer | null): AcceptBatchDeps {
  if (tracer === null) return deps;
  const { sends, queue } = deps;
  return {
    ...deps,
    sends: {
      findByKeys: (owner, keys) => sends.findByKeys(owner, keys),
      sweepSoon: (ids) => sends.sweepSoon(ids),
      insertMany: (batch, rows) =>
        inSpan(tracer, 'postroom.write', {
          kind: 'producer',
          attributes: {
            'messaging.batch.message_count': rows.length,
            'postroom.batch_id': batch.id,
            'postroom.workspace_id': batch.workspaceId,
          },
          run: ({ traceparent }) => sends.insertMany({ ...batch, traceparent }, rows),
        }),
    },
    queue: {
      enqueue: (jobs) =>
        inSpan(tracer, 'postroom.enqueue', {
          kind: 'client',
          attributes: { 'messaging.batch.message_count': jobs.length },
          run: async (span) => {
            const isTold = await queue.enqueue(jobs);
            if (!isTold) span.fail('enqueue_missed');
            return isTold;
          },
        }),
    },
  };
}

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
      insertMany: (writes) =>
        inSpan(tracer, 'postroom.write', {
          kind: 'producer',
          attributes: {
            'messaging.batch.message_count': writes.reduce((sum, write) => sum + write.sends.length, 0),
            'postroom.batch_id': writes[0]?.batch.id ?? '',
            'postroom.workspace_id': writes[0]?.batch.workspaceId ?? '',
          },
          run: ({ traceparent }) =>
            sends.insertMany(writes.map((write) => ({ ...write, batch: { ...write.batch, traceparent } }))),
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

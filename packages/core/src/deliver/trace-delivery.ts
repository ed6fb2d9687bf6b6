import { inSpan, type OpenSpan, type SpanWish, type Tracer } from '../send/tracer.ts';
import type { ClaimedSend } from './claim.ts';
import type { DeliverDeps } from './deliver-deps.ts';
import { deliverSend, type JobVerdict } from './deliver-send.ts';

/** Where a send was accepted, and with how many others. */
export type SendOrigin = { readonly traceparent: string; readonly total: number };

export type TraceDeliveryDeps = {
  readonly tracer: Tracer;
  /** Where a send was accepted; null: that was not traced, or cannot be told now. */
  readonly originOf: (sendId: string) => Promise<SendOrigin | null>;
  readonly now: () => number;
};

/** A send of a request of one goes on in the request's trace; of a batch each has a trace of its own, linked to the batch's. */
function placeOf(origin: SendOrigin | null): SpanWish {
  if (origin === null) return { parent: null };
  if (origin.total === 1) return { parent: origin.traceparent };
  return { parent: null, links: [origin.traceparent] };
}

const attributesOf = ({ id, workspaceId, attempt, lane }: ClaimedSend) => ({
  'postroom.send_id': id,
  'postroom.workspace_id': workspaceId,
  'postroom.attempt': attempt,
  'postroom.lane': lane,
});

/** What is told of one delivery: nothing until it is claimed, since only then it is known whose trace it is in. */
class DeliveryTrace {
  readonly #deps: TraceDeliveryDeps;
  readonly #startedAt: number;
  #span: OpenSpan | null = null;
  #links: readonly string[] = [];

  constructor(deps: TraceDeliveryDeps) {
    this.#deps = deps;
    this.#startedAt = deps.now();
  }

  async claimed(send: ClaimedSend): Promise<void> {
    const { tracer, originOf, now } = this.#deps;
    const startedAt = this.#startedAt;
    const claimedAt = now();
    const place = placeOf(await originOf(send.id));
    this.#links = place.links ?? [];
    this.#span = tracer.open('postroom.send', {
      ...place,
      kind: 'consumer',
      startedAt,
      attributes: attributesOf(send),
    });
    tracer.open('postroom.claim', { parent: this.#span, startedAt }).end(claimedAt);
  }

  /** Runs a part of it, which comes to something. */
  part<T extends { readonly kind: string }>(
    name: string,
    { kind, good, run }: { kind: 'internal' | 'client'; good: T['kind']; run: () => Promise<T> },
  ): Promise<T> {
    if (this.#span === null) return run();
    const links = kind === 'client' ? this.#links : [];
    return inSpan(this.#deps.tracer, name, {
      kind,
      parent: this.#span,
      links,
      run: async (span) => {
        const outcome = await run();
        span.set({ 'postroom.outcome': outcome.kind });
        if (outcome.kind !== good) span.fail(outcome.kind);
        return outcome;
      },
    });
  }

  ended(verdict: JobVerdict | null): void {
    this.#span?.set({ 'postroom.outcome': verdict?.kind ?? 'error' });
    if (verdict === null) this.#span?.fail('error');
    if (verdict?.kind === 'failed') this.#span?.fail(verdict.failureClass);
    this.#span?.end();
  }
}

/** Delivers one send as `deliverSend` does, and tells of its claim, its rendering and its call. */
export async function deliverTraced(
  deps: DeliverDeps,
  traceDeps: TraceDeliveryDeps,
  { job, signal }: { readonly job: Parameters<typeof deliverSend>[1]; readonly signal: AbortSignal },
): Promise<JobVerdict> {
  const trace = new DeliveryTrace(traceDeps);
  const traced: DeliverDeps = {
    ...deps,
    claim: async (request) => {
      const claim = await deps.claim(request);
      if (claim.kind === 'claimed') await trace.claimed(claim.send);
      return claim;
    },
    renderer: {
      render: (...asked) =>
        trace.part('postroom.render', {
          kind: 'internal',
          good: 'rendered',
          run: () => deps.renderer.render(...asked),
        }),
    },
    provider: {
      send: (message, admission) =>
        trace.part('postroom.ses', {
          kind: 'client',
          good: 'accepted',
          run: () => deps.provider.send(message, admission),
        }),
    },
  };
  let verdict: JobVerdict | null = null;
  try {
    verdict = await deliverSend(traced, job, signal);
    return verdict;
  } finally {
    trace.ended(verdict);
  }
}

import type { ProviderEvent } from '../send/provider-outcome.ts';
import { inSpan, type Tracer } from '../send/tracer.ts';

type RecordEvents<Outcome> = (events: readonly ProviderEvent[]) => Promise<Outcome>;

/** The same, telling of it with links to where the events' sends were accepted; without a tracer the very same. */
export function traceEvents<Outcome>(
  record: RecordEvents<Outcome>,
  {
    tracer,
    originsOf,
  }: {
    readonly tracer: Tracer | null;
    readonly originsOf: (sendIds: readonly string[]) => Promise<readonly string[]>;
  },
): RecordEvents<Outcome> {
  if (tracer === null) return record;
  return async (events) => {
    const links = await originsOf(events.map(({ sendId }) => sendId)).catch(() => []);
    return inSpan(tracer, 'postroom.settle', {
      kind: 'consumer',
      parent: null,
      links: [...new Set(links)],
      attributes: { 'messaging.batch.message_count': events.length },
      run: () => record(events),
    });
  };
}

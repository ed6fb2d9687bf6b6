import type { LiveWorker, Now } from '@postroom/contracts';
import { useRef } from 'preact/hooks';
import { may, session } from '../../api/session.ts';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/page.tsx';
import { Rows } from '../../ui/table.tsx';
import { counted } from '../../ui/words.ts';

type Seen = { readonly at: number; readonly sent: number; readonly rate: number | null };

/** Sends a second of each worker between the last two times that it told of itself. */
function useRates(workers: readonly LiveWorker[] | null): ReadonlyMap<string, Seen> {
  const seen = useRef(new Map<string, Seen>());
  const at = performance.now();
  for (const { name, sent } of workers ?? []) {
    const before = seen.current.get(name);
    if (before !== undefined && at - before.at < 3_500) continue;
    const rate = before === undefined ? null : Math.max(0, ((sent - before.sent) / (at - before.at)) * 1_000);
    seen.current.set(name, { at, sent, rate });
  }
  return seen.current;
}

/** The workers that are alive. */
export function WorkersNow({ workers, seesInstallation }: Pick<Now, 'workers' | 'seesInstallation'>) {
  const rates = useRates(workers);
  if (!seesInstallation) return null;
  return (
    <Section
      title="Workers"
      aside={(may('operator') || session.value?.mode === 'live') && <a href="/queues">Queues</a>}
    >
      {workers === null ? (
        <p class="wrong">Not known: Redis does not answer.</p>
      ) : workers.length === 0 ? (
        <p class="wrong">None is alive: mail waits until one is started.</p>
      ) : (
        <Rows
          label="Workers"
          isPlain
          items={workers}
          keyOf={({ name }) => name}
          columns={[
            { name: 'Worker', kind: 'keep', cell: ({ name }) => name },
            { name: 'Version', cell: ({ version }) => version },
            { name: 'At once', kind: 'number', cell: ({ concurrency }) => concurrency },
            {
              name: 'A second',
              kind: 'number',
              cell: ({ name }) => rates.get(name)?.rate?.toFixed(1) ?? '–',
            },
            { name: 'Sent', kind: 'number', cell: ({ sent }) => counted(sent) },
            { name: 'Started', kind: 'when', cell: ({ startedAt }) => <Moment at={startedAt} /> },
          ]}
        />
      )}
    </Section>
  );
}

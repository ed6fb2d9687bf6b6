import type { LiveWorker } from '@postroom/contracts';
import { useRef } from 'preact/hooks';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/page.tsx';
import { Scroll } from '../../ui/scroll.tsx';
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
export function WorkersNow({ workers }: { readonly workers: readonly LiveWorker[] | null }) {
  const rates = useRates(workers);
  if (workers === null) return null;
  return (
    <Section title="Workers">
      {workers.length === 0 ? (
        <p class="wrong">None is alive: mail waits until one is started.</p>
      ) : (
        <Scroll label="Workers">
          <table>
            <thead>
              <tr>
                <th scope="col">Worker</th>
                <th scope="col">Version</th>
                <th scope="col" class="number">
                  At once
                </th>
                <th scope="col" class="number">
                  A second
                </th>
                <th scope="col" class="number">
                  Sent
                </th>
                <th scope="col" class="when">
                  Started
                </th>
              </tr>
            </thead>
            <tbody>
              {workers.map(({ name, version, concurrency, sent, startedAt }) => {
                const rate = rates.get(name)?.rate ?? null;
                return (
                  <tr key={name}>
                    <th scope="row" class="keep">
                      {name}
                    </th>
                    <td>{version}</td>
                    <td class="number">{concurrency}</td>
                    <td class="number">{rate === null ? '–' : rate.toFixed(1)}</td>
                    <td class="number">{counted(sent)}</td>
                    <td class="when">
                      <Moment at={startedAt} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </Section>
  );
}

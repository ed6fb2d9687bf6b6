import { percentile } from '@postroom/testkit';
import type { QueueCounts } from '../check/total-queue.ts';
import type { Violation } from '../check/violation.ts';
import { mailAgainAfter, requestsDuringFaults } from '../check/while-broken.ts';
import type { Wishes } from '../nouns/scenario.ts';
import type { Size } from '../nouns/size.ts';
import type { Run } from '../run/run-scenario.ts';
import { type HistoryLine, historyOf } from './history.ts';

/** Times of answers in milliseconds; null where there were none. */
export type Latency = {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
} | null;

/** What was asked of a run. */
export type Asked = Pick<Wishes, 'seed' | 'policy' | 'lostEvents'> & {
  readonly scenario: string;
  readonly about: string;
  readonly size: Size;
};

/** What came of one scenario. */
export type ScenarioReport =
  | (Asked & {
      readonly kind: 'checked';
      readonly holds: boolean;
      readonly queue: QueueCounts;
      readonly settledMs: number | null;
      readonly tookMs: number;
      readonly ratePerSecond: number;
      readonly latency: { readonly all: Latency; readonly duringFaults: Latency };
      readonly faults: readonly {
        readonly name: string;
        readonly lastedMs: number;
        readonly mailAgainAfterMs: number | null;
      }[];
      readonly lines: readonly string[];
      /** Where the whole history of every violation stands; null: there is none. */
      readonly historyFile: string | null;
      readonly violations: readonly (Violation & { readonly history: readonly HistoryLine[] })[];
    })
  | (Asked & {
      readonly kind: 'broken';
      readonly holds: false;
      readonly tookMs: number;
      readonly reason: string;
    });

function latencyOf(requests: readonly { readonly ms: number; readonly status: number | null }[]): Latency {
  const times = requests.flatMap(({ ms, status }) => (status === 200 ? [ms] : []));
  if (times.length === 0) return null;
  const [p50 = 0, p99 = 0, max = 0] = [50, 99, 100].map((percent) => percentile(times, percent));
  return { count: times.length, p50, p99, max };
}

/** Puts together what is told of a run that was checked. */
export function reportOf(asked: Asked, run: Run): ScenarioReport {
  const { facts, queue, violations } = run.checked;
  return {
    ...asked,
    kind: 'checked',
    holds: violations.length === 0,
    queue,
    settledMs: run.settledMs,
    tookMs: run.tookMs,
    ratePerSecond: run.rate,
    latency: {
      all: latencyOf(facts.requests),
      duringFaults: latencyOf(requestsDuringFaults(facts)),
    },
    faults: mailAgainAfter(facts).map(({ fault, ms }) => ({
      name: fault.name,
      lastedMs: fault.untilMs - fault.fromMs,
      mailAgainAfterMs: ms,
    })),
    lines: run.lines,
    historyFile: null,
    violations: violations.map((violation) => ({ ...violation, history: historyOf(facts, violation) })),
  };
}

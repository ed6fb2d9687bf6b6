import type { QueryTimes } from '../lists/lists-report.ts';
import type { Spread } from '../report/spread.ts';
import { layOut } from '../report/table.ts';

/** What one core was used for, in parts of it. */
export type CoreUse = { readonly api: number; readonly postgres: number; readonly redis: number };

/** What *Now* costs; `problems` name what is more than it may be. */
export type NowReport = {
  readonly kind: 'now';
  readonly command: 'now';
  readonly sends: number;
  /** Until a page knows what happens, in milliseconds. */
  readonly opening: QueryTimes;
  /** Without a page and with one, while nothing is sent. */
  readonly idle: { readonly without: CoreUse; readonly withOne: CoreUse };
  /** Accepting with ten pages open, by that without one in the same round: its time, and the CPU of API, PostgreSQL and Redis. */
  readonly accept: { readonly time: Spread; readonly cpu: Spread };
  readonly problems: readonly string[];
};

/** *Now* opens within so many milliseconds, costs so much of a core, and ten of them make accepting so much dearer, at the most. */
export const allowed = { openingMs: 1_000, idle: 0.02, accept: 1.05 };

/** All of it. */
export const sumOf = ({ api, postgres, redis }: CoreUse) => api + postgres + redis;

/** How much of a core one open page takes. */
export const costOf = ({ without, withOne }: NowReport['idle']): number => sumOf(withOne) - sumOf(without);

const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
const shown = ({ median, min, max }: Spread) => `${median.toFixed(3)} (${min.toFixed(3)}..${max.toFixed(3)})`;

/** The report as text. */
export function nowText({ sends, opening, idle, accept }: NowReport): string[] {
  const rowOf = (name: string, use: CoreUse) => [
    name,
    percent(use.api),
    percent(use.postgres),
    percent(use.redis),
  ];
  return [
    `${sends.toLocaleString('en-US')} sends stored.`,
    '',
    `Opening, until the page knows what happens: ${[opening.p50, opening.p95, opening.max].map((ms) => ms.toFixed(0)).join(' / ')} ms, p50 / p95 / max.`,
    '',
    ...layOut([
      ['of one core, while nothing is sent', 'API', 'PostgreSQL', 'Redis'],
      rowOf('no page', idle.without),
      rowOf('one page', idle.withOne),
    ]),
    `One page takes ${percent(costOf(idle))} of a core.`,
    '',
    `Accepting with ten pages open, by that without one: time ${shown(accept.time)}, CPU of API, PostgreSQL and Redis ${shown(accept.cpu)}.`,
  ];
}

import type { Code, Machine } from '@postroom/testkit';
import type { HostileReport } from '../hostile/hostile-report.ts';
import type { ListsReport } from '../lists/lists-report.ts';
import type { NowReport } from '../now/now-report.ts';
import type { LanesReport, QuotaReport } from '../rate/rate-report.ts';
import type { SteadyReport } from '../steady/steady-report.ts';
import type { CommandReport } from './report.ts';

/** Everything that one call of the bench found; `isHonest` is false when any command had a problem. */
export type BenchReport = {
  readonly machine: Machine;
  readonly measuredAt: string;
  readonly code: Code;
  readonly seed: number;
  readonly isShort: boolean;
  readonly isHonest: boolean;
  readonly commands: readonly (
    | CommandReport
    | ListsReport
    | HostileReport
    | SteadyReport
    | QuotaReport
    | LanesReport
    | NowReport
  )[];
};

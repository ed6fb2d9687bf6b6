import { cpus, totalmem } from 'node:os';
import type { Code } from '@postroom/testkit';
import type { HostileReport } from '../hostile/hostile-report.ts';
import type { ListsReport } from '../lists/lists-report.ts';
import type { SteadyReport } from '../steady/steady-report.ts';
import type { CommandReport } from './report.ts';

/** What the numbers were measured on. */
export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
};

/** Everything that one call of the bench found; `isHonest` is false when any command had a problem. */
export type BenchReport = {
  readonly machine: Machine;
  readonly measuredAt: string;
  readonly code: Code;
  readonly seed: number;
  readonly isShort: boolean;
  readonly isHonest: boolean;
  readonly commands: readonly (CommandReport | ListsReport | HostileReport | SteadyReport)[];
};

/** Describes this machine. */
export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
  };
}

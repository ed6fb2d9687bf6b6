import type { RunningServer } from '@postroom/servers';
import { serverCpuSeconds } from '../process/server-cpu.ts';
import { layOut } from '../report/table.ts';

/** What PostgreSQL used for one part of the emails. */
export type Step = { readonly title: string; readonly emails: number; readonly postgresCpuUs: number };

type Work = {
  readonly postgres: RunningServer;
  readonly emails: number;
  readonly parts: number;
  /** Begins the title of each step. */
  readonly name?: string;
  readonly say: (text: string) => void;
};

/** Works off some emails part by part, and reads what PostgreSQL used for each. */
export async function measureSteps(
  { postgres, emails: all, parts, name = '', say }: Work,
  work: (from: number, to: number) => Promise<void>,
): Promise<readonly Step[]> {
  const emails = all / parts;
  const steps: Step[] = [];
  for (let from = 0; from < all; from += emails) {
    const before = await serverCpuSeconds(postgres.pid);
    await work(from, from + emails);
    const seconds = (await serverCpuSeconds(postgres.pid)) - before;
    const step = {
      title: `${name}${from} to ${from + emails}`,
      emails,
      postgresCpuUs: (seconds / emails) * 1e6,
    };
    say(`${step.title}, ${step.postgresCpuUs.toFixed(0)} us of PostgreSQL an email`);
    steps.push(step);
  }
  return steps;
}

/** How steady PostgreSQL's cost of an email is; `problems` name the steps that cost too much. */
export type SteadyReport = {
  readonly kind: 'steps';
  readonly command: 'fresh' | 'backlog';
  readonly about: string;
  /** What the others are compared with, in microseconds per email. */
  readonly baseUs: number;
  readonly steps: readonly Step[];
  readonly worstRatio: number;
  readonly problems: readonly string[];
};

/** So many times the base may a step cost. */
const allowedRatio = 1.2;

/** Sums up steps, of which each is compared with `base`. */
export function steadyReport(
  { command, about, isShort }: Pick<SteadyReport, 'command' | 'about'> & { readonly isShort: boolean },
  base: Step,
  steps: readonly Step[],
): SteadyReport {
  const ratioOf = ({ postgresCpuUs }: Step) => postgresCpuUs / base.postgresCpuUs;
  return {
    kind: 'steps',
    command,
    about,
    baseUs: base.postgresCpuUs,
    steps: [base, ...steps],
    worstRatio: Math.max(...steps.map(ratioOf)),
    // CPU time is counted in hundredths of a second: a short run has too few of them in a step.
    problems: steps
      .filter((step) => !isShort && ratioOf(step) > allowedRatio)
      .map(
        (step) =>
          `"${step.title}" cost ${ratioOf(step).toFixed(2)} times the first, more than ${allowedRatio}.`,
      ),
  };
}

/** The report as text. */
export function steadyText({ about, baseUs, steps, worstRatio }: SteadyReport): string[] {
  return [
    about,
    '',
    ...layOut([
      ['emails', 'PostgreSQL, CPU us/email', 'of the first'],
      ...steps.map(({ title, postgresCpuUs }) => [
        title,
        postgresCpuUs.toFixed(0),
        (postgresCpuUs / baseUs).toFixed(2),
      ]),
    ]),
    '',
    `The dearest costs ${worstRatio.toFixed(2)} times the first.`,
  ];
}

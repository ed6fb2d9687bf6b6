import { againText, excusedText, secondsText } from './print.ts';
import type { Latency, ScenarioReport } from './report.ts';

/** What a protocol says of a run as a whole. */
export type RunFacts = {
  readonly startedAt: Date;
  /** The command line that makes the run again. */
  readonly command: string;
  /** The machine and the code, in words. */
  readonly ranOn: string;
};

const reportOptions = /^--(?:protocol|report|logs)$/;

/** The command line that makes a run again: with its seed, and without where its reports went. */
export function commandOf(args: readonly string[], seed: number): string {
  const kept = args.filter(
    (arg, at) =>
      !reportOptions.test(arg) &&
      !reportOptions.test(args[at - 1] ?? '') &&
      !/^--(?:json$|(?:protocol|report|logs)=)/.test(arg),
  );
  const isSeeded = kept.some((arg) => /^--seed(?:=|$)/.test(arg));
  return ['npm run faults --', ...kept, ...(isSeeded ? [] : ['--seed', String(seed)])].join(' ');
}

const countText = (count: number) => count.toLocaleString('en-US');

const answersText = (when: string, latency: Latency) =>
  latency === null ? [] : [`${when}no answer over ${(latency.max / 1_000).toFixed(2)} s`];

/** A cell cannot hold what ends it. */
const cell = (text: string) => text.replaceAll('\n', ' ').replaceAll('|', '\\|');

function rowOf(report: ScenarioReport): string {
  const { scenario, size, seed } = report;
  const run = `\`${scenario}\`, seed ${seed}, ${countText(size.sends)} sends, ${size.kills} times`;
  if (report.kind === 'broken') {
    return `| ${run} | no | | | | | the run itself failed: ${cell(report.reason)} |`;
  }
  const { queue, latency, violations, lines } = report;
  const statuses = Object.entries(queue.statuses).map(([status, count]) => `${countText(count)} ${status}`);
  const beside = [
    statuses.join(', '),
    ...(queue.inDoubt === 0
      ? []
      : [`${countText(queue.inDoubt)} in doubt, ${countText(queue.resent)} of them sent again`]),
    ...answersText('', latency.all),
    ...answersText('during faults ', latency.duringFaults),
    ...againText(report.faults),
    ...lines,
    ...(violations.length === 0 ? [] : [`violated: ${violationsText(violations)}`]),
  ];
  const settled = secondsText(report.settledMs);
  const doubled = `${queue.doubled}${excusedText(queue)}`;
  const verdict = report.holds ? 'yes' : 'no';
  return `| ${run} | ${verdict} | ${queue.lost} | ${doubled} | ${queue.unsettled} | ${settled} | ${cell(beside.join('; '))} |`;
}

function violationsText(violations: readonly { readonly invariant: string }[]): string {
  const names = violations.map(({ invariant }) => invariant);
  return [...new Set(names)]
    .map((name) => `${name} (${names.filter((other) => other === name).length})`)
    .join(', ');
}

/** What came of a run, as a part of a page in Markdown. */
export function protocolOf(
  { startedAt, command, ranOn }: RunFacts,
  reports: readonly ScenarioReport[],
): string {
  return `
## ${startedAt.toISOString().slice(0, 10)}

\`${command}\`

${ranOn}. ${reports.filter(({ holds }) => holds).length} of ${reports.length} hold.

| Run | holds | lost | doubled | unsettled | settled after | beside |
|---|---|---|---|---|---|---|
${reports.map((report) => `${rowOf(report)}\n`).join('')}`;
}

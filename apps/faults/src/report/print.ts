import { invariants } from '../check/violation.ts';
import type { HistoryLine } from './history.ts';
import type { Latency, ScenarioReport } from './report.ts';

type Checked = Extract<ScenarioReport, { kind: 'checked' }>;

/** Violations whose whole history is printed; the file of the run has all of them, and so has --json. */
const historiesPrinted = 3;

/** A time for a person; null: it did not come to that. */
export const secondsText = (ms: number | null) => (ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`);

const latencyText = (latency: Latency) =>
  latency === null
    ? 'no answer 200'
    : `${latency.count} answers 200, p50 ${latency.p50.toFixed(0)}, p99 ${latency.p99.toFixed(0)}, max ${latency.max.toFixed(0)} ms`;

const timeText = (atMs: number) => new Date(atMs).toISOString().slice(11, 23);

const historyText = ({ atMs, who, what }: HistoryLine) => `      ${timeText(atMs)}  ${who.padEnd(8)} ${what}`;

/** The longest time from the end of a fault until mail went out again; empty: none was left to send. */
export function againText(faults: Checked['faults']): readonly string[] {
  const again = faults.flatMap(({ mailAgainAfterMs: ms }) => (ms === null ? [] : [ms]));
  return again.length === 0 ? [] : [`mail again within ${secondsText(Math.max(...again))}`];
}

/** Faults of one name on one line: how many, how long, and the longest until mail went out again. */
function faultLines(faults: Checked['faults']): string[] {
  const names = [...new Set(faults.map(({ name }) => name))];
  return names.map((name) => {
    const same = faults.filter((fault) => fault.name === name);
    const longest = Math.max(...same.map(({ lastedMs }) => lastedMs));
    const [recovery = 'nothing was left to send'] = againText(same);
    return `    ${same.length} x ${name}, up to ${secondsText(longest)}; ${recovery}`;
  });
}

const violationText = ({
  invariant,
  what,
  sendId,
  key,
  history,
}: Checked['violations'][number]): string[] => [
  `  VIOLATION ${invariant} (${invariants[invariant]})`,
  `    ${[sendId ?? key, what].filter((part) => part !== null).join(' ')}`,
  ...history.map(historyText),
];

/** Every violation of a run with its whole history, as text for a person. */
export const historiesText = ({ violations }: Checked): string =>
  `${violations.flatMap(violationText).join('\n')}\n`;

function violationLines({ violations, historyFile }: Checked): string[] {
  const shown = violations.slice(0, historiesPrinted).flatMap(violationText);
  const rest = violations.length - historiesPrinted;
  return [
    ...shown,
    ...(rest > 0 ? [`  and ${rest} violations more`] : []),
    ...(historyFile === null ? [] : [`  the whole history of each: ${historyFile}`]),
  ];
}

/** Of the doubled ones, those that nobody could prevent. */
export function excusedText({
  doubledByLateEvents: late,
  doubledByLostEvents: lost,
}: Checked['queue']): string {
  const parts = [
    ...(late === 0 ? [] : [`${late} of them reported after their window`]),
    ...(lost === 0 ? [] : [`${lost} of them never reported`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** One scenario's report as text for a person. */
export function textOf(report: ScenarioReport): string {
  const { scenario, about, seed, size, tookMs } = report;
  const head = `${report.holds ? 'ok  ' : 'FAIL'}  ${scenario}: ${about} (seed ${seed}, ${size.sends} sends, ${size.kills} times, ${secondsText(tookMs)})`;
  if (report.kind === 'broken') return `${head}\n  the run itself failed: ${report.reason}\n`;
  const { queue, latency } = report;
  const statuses = Object.entries(queue.statuses).map(([status, count]) => `${count} ${status}`);
  return [
    head,
    `    lost ${queue.lost}, doubled ${queue.doubled}${excusedText(queue)}, unexpected ${queue.unexpected}, recovered ${queue.recovered}, unsettled ${queue.unsettled}; settled after ${secondsText(report.settledMs)}`,
    `    asked ${queue.asked}, accepted ${queue.accepted}, turned down ${queue.turnedDown}, unanswered ${queue.unanswered}; SES took ${queue.taken}; in doubt ${queue.inDoubt}, sent again ${queue.resent}; ${statuses.join(', ')}`,
    `    API: ${latencyText(latency.all)}; during faults: ${latencyText(latency.duringFaults)}`,
    ...faultLines(report.faults),
    ...report.lines.map((line) => `    ${line}`),
    ...violationLines(report),
    '',
  ].join('\n');
}

/** The last lines: how many scenarios hold. */
export function summaryOf(reports: readonly ScenarioReport[]): string {
  const failed = reports.filter(({ holds }) => !holds).map(({ scenario }) => scenario);
  const held = reports.length - failed.length;
  return `${held} of ${reports.length} scenarios hold${failed.length === 0 ? '' : `; not: ${failed.join(', ')}`}\n`;
}

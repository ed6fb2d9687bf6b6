import { hostileText } from '../hostile/hostile-report.ts';
import { listsText } from '../lists/lists-report.ts';
import { nowText } from '../now/now-report.ts';
import { lanesText, quotaText } from '../rate/rate-report.ts';
import { steadyText } from '../steady/steady-report.ts';
import type { BenchReport } from './bench-report.ts';
import type { CommandReport, LatencyReport, RatioReport, SeriesReport } from './report.ts';
import type { Spread } from './spread.ts';
import { layOut } from './table.ts';

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const fine = (value: number) => value.toFixed(value < 10 ? 2 : 1);

const spread = ({ median, min, max }: Spread, show: (value: number) => string) =>
  `${show(median)} (${show(min)}..${show(max)})`;

const latency = (figures: LatencyReport | null) =>
  figures === null ? '' : [figures.p50, figures.p95, figures.p99].map(fine).join(' / ');

const seriesRow = (series: SeriesReport) => [
  series.title,
  spread(series.emailsPerSecond, whole),
  spread(series.cpuUsPerEmail, series.cpuUsPerEmail.median < 10 ? fine : whole),
  whole(series.postgresCpuUsPerEmail),
  whole(series.redisCpuUsPerEmail),
  whole(series.sesCpuUsPerEmail),
  latency(series.latencyMs),
];

const ratioRow = ({ title, cpu, time }: RatioReport) => [title, spread(cpu, fine), spread(time, fine)];

function figuresText({ series, ratios, unit, notes = [] }: CommandReport): string[] {
  const head = [
    '',
    `${unit}s/s`,
    `CPU us/${unit}`,
    'PostgreSQL',
    'Redis',
    'fake SES',
    'ms per call p50 / p95 / p99',
  ];
  return [
    ...series.map(
      ({ title, about, runs, emailsPerRun }) => `${title}: ${about} ${runs} x ${whole(emailsPerRun)}.`,
    ),
    '',
    ...layOut([head, ...series.map(seriesRow)]),
    '',
    ...(ratios.length === 0 ? [] : layOut([['ratio', 'CPU', 'time'], ...ratios.map(ratioRow)])),
    ...notes.map((note) => `\n${note}`),
  ];
}

const readingGuide = [
  'Median of the runs (least..greatest). CPU: user and system of the named process, microseconds per email or event;',
  'PostgreSQL, Redis, fake SES: what they used meanwhile, PostgreSQL with its background processes, mean of all',
  'runs. Ours and the floors take turns in every round, and ratios are of the same round.',
];

type AnyReport = BenchReport['commands'][number];

function bodyOf(report: AnyReport): string[] {
  switch (report.kind) {
    case 'figures':
      return figuresText(report);
    case 'queries':
      return listsText(report);
    case 'hostile':
      return hostileText(report);
    case 'quota':
      return quotaText(report);
    case 'lanes':
      return lanesText(report);
    case 'now':
      return nowText(report);
    case 'steps':
      return steadyText(report);
    default: {
      const unknown: never = report;
      return [String(unknown)];
    }
  }
}

const sectionOf = (report: AnyReport): string[] => [
  '',
  `## ${report.command}`,
  '',
  ...bodyOf(report),
  ...report.problems.map((problem) => `\nPROBLEM: ${problem}`),
];

/** The report as text for a person: medians, with the least and the greatest run in brackets. */
export function textOf({ machine, measuredAt, commands, code }: BenchReport): string {
  const { cores, cpu, memoryGb, platform, node } = machine;
  return [
    `Postroom bench, ${measuredAt}, Node ${node}, ${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, code from ${code}`,
    ...(commands.some(({ kind }) => kind === 'figures') ? readingGuide : []),
    ...commands.flatMap(sectionOf),
    '',
  ].join('\n');
}

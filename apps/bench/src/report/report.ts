import { percentile } from '@postroom/testkit';
import type { Reading } from './reading.ts';
import { type Spread, spreadOf } from './spread.ts';

/** One measured thing and its runs, in the order of the rounds. */
export type Series = {
  readonly id: string;
  readonly title: string;
  /** What is measured, in a line. */
  readonly about: string;
  readonly readings: readonly Reading[];
};

/** The figures of one series; CPU in microseconds per email. */
export type SeriesReport = Omit<Series, 'readings'> & {
  readonly runs: number;
  readonly emailsPerRun: number;
  readonly emailsPerSecond: Spread;
  readonly cpuUsPerEmail: Spread;
  /** Of the servers over all runs together: the system counts it in hundredths of a second. */
  readonly postgresCpuUsPerEmail: number;
  readonly redisCpuUsPerEmail: number;
  readonly sesCpuUsPerEmail: number;
  /** Of each request, over all runs together; null where there are no requests. */
  readonly latencyMs: LatencyReport | null;
};

export type LatencyReport = {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

/** Ours by the sum of some floors, run by run in the same round. */
export type RatioReport = {
  readonly id: string;
  readonly title: string;
  readonly cpu: Spread;
  readonly time: Spread;
};

/** What one command found; `problems` say why its numbers must not be believed. */
export type CommandReport = {
  readonly kind: 'figures';
  readonly command: string;
  /** What stands for emails in the figures. */
  readonly unit: 'email' | 'event';
  readonly series: readonly SeriesReport[];
  readonly ratios: readonly RatioReport[];
  /** What else there is to say, a line each. */
  readonly notes?: readonly string[];
  readonly problems: readonly string[];
};

const total = (series: Series, pick: (reading: Reading) => number) =>
  series.readings.reduce((sum, reading) => sum + pick(reading), 0);

/** Sums up the runs of one series. */
export function reportSeries(series: Series): SeriesReport {
  const { id, title, about, readings } = series;
  const emails = total(series, (reading) => reading.emails);
  const perEmail = (seconds: number) => (seconds / emails) * 1_000_000;
  return {
    id,
    title,
    about,
    runs: readings.length,
    emailsPerRun: emails / readings.length,
    emailsPerSecond: spreadOf(readings.map((reading) => reading.emails / reading.seconds)),
    cpuUsPerEmail: spreadOf(readings.map((reading) => (reading.cpuSeconds / reading.emails) * 1_000_000)),
    postgresCpuUsPerEmail: perEmail(total(series, (reading) => reading.postgresCpuSeconds)),
    redisCpuUsPerEmail: perEmail(total(series, (reading) => reading.redisCpuSeconds)),
    sesCpuUsPerEmail: perEmail(total(series, (reading) => reading.sesCpuSeconds)),
    latencyMs: reportLatency(readings.flatMap(({ latenciesMs }) => latenciesMs)),
  };
}

function reportLatency(values: readonly number[]): LatencyReport | null {
  if (values.length === 0) return null;
  return {
    count: values.length,
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    p99: percentile(values, 99),
    max: Math.max(...values),
  };
}

/** Divides what ours took per email by what the floors took together in the same round. */
export function reportRatio(
  names: { readonly id: string; readonly title: string },
  ours: Series,
  floors: readonly Series[],
): RatioReport {
  const ratios = (perEmail: (reading: Reading) => number) =>
    ours.readings.map((reading, round) => {
      const needed = floors.reduce((sum, { readings }) => {
        const floor = readings[round];
        if (floor === undefined) throw new Error('A floor was not measured in every round.');
        return sum + perEmail(floor);
      }, 0);
      return perEmail(reading) / needed;
    });
  return {
    ...names,
    cpu: spreadOf(ratios((reading) => reading.cpuSeconds / reading.emails)),
    time: spreadOf(ratios((reading) => reading.seconds / reading.emails)),
  };
}

import { layOut } from '../report/table.ts';
import type { UseOfRate } from './use-of-rate.ts';

/** So many workers at one rate, in recipients per second, of mail to so many recipients each. */
export type RateCase = { readonly rate: number; readonly workers: number; readonly recipients: number };

/** How one case used its rate; `fits`: the part of it that whole messages can use. */
export type QuotaFigures = RateCase & UseOfRate & { readonly fits: number; readonly seconds: number };

type Waits = { readonly count: number; readonly p50: number; readonly p99: number; readonly max: number };

/** How long transactional mail took from its request to SES, in ms: with nothing else to send, and behind marketing mail. */
export type LanesFigures = Pick<RateCase, 'rate' | 'workers'> &
  UseOfRate & { readonly alone: Waits; readonly behind: Waits };

/** What `quota` found. */
export type QuotaReport = {
  readonly kind: 'quota';
  readonly command: 'quota';
  readonly cases: readonly QuotaFigures[];
  readonly problems: readonly string[];
};

/** What `lanes` found. */
export type LanesReport = {
  readonly kind: 'lanes';
  readonly command: 'lanes';
  readonly backlog: number;
  readonly cases: readonly LanesFigures[];
  readonly problems: readonly string[];
};

/** What is asked of the pace. */
const goals = { used: 0.97, beyondAloneMs: 500 } as const;

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;
const named = ({ rate, workers }: Pick<RateCase, 'rate' | 'workers'>) => `${rate}/s, ${workers} workers`;

/** What is less than asked for, or more than SES allows. */
export function quotaProblems(cases: readonly QuotaFigures[]): string[] {
  return cases.flatMap((one) => [
    ...(one.peak > one.rate ? [`${named(one)}: ${one.peak} recipients in a sliding second.`] : []),
    ...(one.used < goals.used * one.fits ? [`${named(one)}: ${percent(one.used)} of the rate.`] : []),
  ]);
}

/** What waited for longer than it may, or was more than SES allows. */
export function lanesProblems(cases: readonly LanesFigures[]): string[] {
  return cases.flatMap((one) => {
    const beyondMs = one.behind.p99 - one.alone.p99;
    return [
      ...(one.peak > one.rate ? [`${named(one)}: ${one.peak} recipients in a sliding second.`] : []),
      ...(beyondMs > goals.beyondAloneMs
        ? [`${named(one)}: p99 is ${beyondMs.toFixed(0)} ms beyond its time alone.`]
        : []),
    ];
  });
}

/** The figures of `quota` as text for a person. */
export function quotaText({ cases }: QuotaReport): string[] {
  const rows = cases.map(({ rate, workers, recipients, used, peak, fits }) => [
    `${rate}/s`,
    String(workers),
    String(recipients),
    percent(used),
    percent(fits),
    String(peak),
  ]);
  return layOut([
    ['rate', 'workers', 'recipients', 'used', 'whole mails fit', 'most in a sliding second'],
    ...rows,
  ]);
}

/** The figures of `lanes` as text for a person. */
export function lanesText({ backlog, cases }: LanesReport): string[] {
  const ms = ({ p50, p99, max }: Waits) => [p50, p99, max].map((one) => one.toFixed(0)).join(' / ');
  const rows = cases.map(({ rate, workers, used, peak, alone, behind }) => [
    `${rate}/s`,
    String(workers),
    ms(alone),
    ms(behind),
    percent(used),
    String(peak),
  ]);
  const head = ['rate', 'workers', 'alone, ms p50 / p99 / max', 'behind', 'used', 'most in a sliding second'];
  return [
    `Transactional mail from its request to SES, alone and behind ${backlog} marketing mails.`,
    '',
    ...layOut([head, ...rows]),
  ];
}

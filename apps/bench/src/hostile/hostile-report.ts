import { percentile } from '@postroom/testkit';
import { layOut, problemsAmong } from '../report/table.ts';
import type { Witnessed } from './bystander.ts';

/** What a bystander saw while an attack went on; times in ms, memory as the most that a process ever had, in MB. */
export type AttackReport = {
  readonly name: string;
  readonly about: string;
  readonly rounds: number;
  readonly requests: number;
  readonly refused: number;
  readonly requestMs: { readonly p50: number; readonly max: number };
  readonly mailMs: { readonly p50: number; readonly max: number };
  readonly apiMb: number;
  readonly workerMb: number;
};

/** What hostile callers cost a bystander; `problems` name what it may not. */
export type HostileReport = {
  readonly kind: 'hostile';
  readonly command: 'hostile';
  readonly attacks: readonly AttackReport[];
  readonly problems: readonly string[];
};

/** What may be asked of a bystander. */
const allowed = { requestMs: 500, mailMs: 3_000, apiMb: 600, workerMb: 400 } as const;

const spreadOf = (values: readonly number[]) => ({
  p50: percentile(values, 50),
  max: Math.max(0, ...values),
});

/** Sums up what was seen beside one attack. */
export function attackReportOf(
  of: Pick<AttackReport, 'name' | 'about' | 'rounds' | 'apiMb' | 'workerMb'>,
  seen: readonly Witnessed[],
): AttackReport {
  return {
    ...of,
    requests: seen.length,
    refused: seen.filter(({ status }) => status !== 200).length,
    requestMs: spreadOf(seen.map(({ requestMs }) => requestMs)),
    mailMs: spreadOf(seen.map(({ mailMs }) => mailMs ?? Number.POSITIVE_INFINITY)),
  };
}

/** What is more than a bystander has to bear. */
export function problemsOf(attacks: readonly AttackReport[]): string[] {
  const beyond = (value: number, what: string, max: number, unit: string) =>
    [value > max, `${what} ${value.toFixed(0)} ${unit}, more than ${max}.`] as const;
  return attacks.flatMap(({ name, refused, requestMs, mailMs, apiMb, workerMb }) =>
    problemsAmong([
      [refused > 0, `Beside "${name}" ${refused} requests of another workspace were not answered 200.`],
      beyond(requestMs.max, `Beside "${name}" a request took`, allowed.requestMs, 'ms'),
      beyond(mailMs.max, `Beside "${name}" a mail took`, allowed.mailMs, 'ms'),
      beyond(apiMb, `By "${name}" the API had`, allowed.apiMb, 'MB'),
      beyond(workerMb, `By "${name}" the worker had`, allowed.workerMb, 'MB'),
    ]),
  );
}

/** The figures as text for a person. */
export function hostileText({ attacks }: HostileReport): string[] {
  const ms = ({ p50, max }: AttackReport['requestMs']) => `${p50.toFixed(0)} / ${max.toFixed(0)}`;
  const rows = attacks.map(({ name, rounds, requests, requestMs, mailMs, apiMb, workerMb }) => [
    name,
    String(rounds),
    String(requests),
    ms(requestMs),
    ms(mailMs),
    apiMb.toFixed(0),
    workerMb.toFixed(0),
  ]);
  const head = [
    'beside',
    'rounds',
    'requests',
    'answer ms p50 / max',
    'mail ms p50 / max',
    'API MB',
    'worker MB',
  ];
  return [...attacks.map(({ name, about }) => `${name}: ${about}.`), '', ...layOut([head, ...rows])];
}

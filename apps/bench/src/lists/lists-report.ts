import { percentile } from '@postroom/testkit';
import { layOut } from '../report/table.ts';

/** How long something took, in milliseconds. */
export type QueryTimes = { readonly p50: number; readonly p95: number; readonly max: number };

/** One query and its figures. */
export type QueryReport = {
  readonly name: string;
  readonly rows: number;
  readonly page: QueryTimes;
  /** Null: what is no list is not counted. */
  readonly counted: {
    readonly count: number;
    readonly isEstimate: boolean;
    readonly times: QueryTimes;
  } | null;
  /** The topmost nodes of the plan that finds the page. */
  readonly plan: readonly string[];
};

/** What reading lists took; `problems` name what took too long. */
export type ListsReport = {
  readonly kind: 'queries';
  readonly command: 'lists';
  readonly sends: number;
  readonly queries: readonly QueryReport[];
  readonly problems: readonly string[];
};

/** The median of any query may take this long, in milliseconds. */
const allowedMs = 50;

/** Sums up the runs of one query. */
export function timesOf(values: readonly number[]): QueryTimes {
  return { p50: percentile(values, 50), p95: percentile(values, 95), max: Math.max(...values) };
}

/** Which medians are more than what is allowed. */
export function slowOnes(queries: readonly QueryReport[]): string[] {
  return queries.flatMap(({ name, page, counted }) =>
    [
      { what: name, times: page },
      ...(counted === null ? [] : [{ what: `${name}, counted`, times: counted.times }]),
    ]
      .filter(({ times }) => times.p50 > allowedMs)
      .map(({ what, times }) => `"${what}" took ${times.p50.toFixed(1)} ms, more than ${allowedMs}.`),
  );
}

const shown = ({ p50, p95, max }: QueryTimes) => [p50, p95, max].map((ms) => ms.toFixed(1)).join(' / ');

const rowOf = ({ name, rows, page, counted }: QueryReport) => [
  name,
  String(rows),
  shown(page),
  ...(counted === null
    ? ['', '']
    : [`${counted.isEstimate ? '~' : ''}${counted.count}`, shown(counted.times)]),
];

/** Queries whose plans are alike, each plan once. */
function planLines(queries: readonly QueryReport[]): string[] {
  const namesOf = new Map<string, string[]>();
  for (const { name, plan } of queries) {
    const text = plan.join('\n');
    namesOf.set(text, [...(namesOf.get(text) ?? []), name]);
  }
  return [...namesOf].flatMap(([plan, names]) => ['', `${names.join('; ')}:`, plan]);
}

/** The report as text: milliseconds, p50 / p95 / greatest. */
export function listsText({ sends, queries }: ListsReport): string[] {
  return [
    `${sends.toLocaleString('en-US')} sends of one workspace, a quarter as many of another; milliseconds, p50 / p95 / max of 20 runs.`,
    '',
    ...layOut([['query', 'rows', 'page', 'count', 'counting'], ...queries.map(rowOf)]),
    '',
    'Plans of the pages, their topmost nodes:',
    ...planLines(queries),
  ];
}

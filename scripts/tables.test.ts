import { describe, expect, test } from '@jest/globals';
import {
  deliveries,
  emailStatuses,
  errorCodes,
  grantableScopes,
  itemErrorCodes,
  maxAttachmentBytes,
  maxDataBytes,
  maxEmailsPerBatch,
  maxItemsPerBatch,
  maxRecipients,
  sendStatuses,
} from '../packages/contracts/src/index.ts';
import { statusesNamed } from '../packages/core/src/index.ts';
import {
  apiVariables,
  parseEnv,
  sharedVariables,
  smtpVariables,
  workerVariables,
} from '../packages/process/src/index.ts';
import { helperNames } from '../packages/rendering/src/index.ts';
import { pages, sourceFolders, sourcesIn, tableOf, textOf } from './pages.ts';

const firstColumn = (page: string, header: string) => tableOf(page, header).map(([cell = '']) => cell);

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** What a pattern captures in the sources of these folders. */
const namesIn = (folders: readonly string[], pattern: RegExp) =>
  sourcesIn(folders).flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name));

const processes = ['apps/api/src', 'apps/smtp/src', 'apps/worker/src'];
const packages = sourceFolders('packages');

describe('the table of settings', () => {
  const page = 'docs/deploying.md';
  const needed = { DATABASE_URL: 'postgresql://u:p@host/db', REDIS_URL: 'redis://host' };

  const defaultOf = (parsed: Readonly<Record<string, unknown>>, name: string): string => {
    const value = parsed[name];
    if (name in needed) return 'required';
    return value === undefined || (Array.isArray(value) && value.length === 0) ? 'none' : String(value);
  };

  const rowsOf = (reader: string, variables: object, parsed: Readonly<Record<string, unknown>>) =>
    Object.keys(variables).map((name) => `${name} ${reader} ${defaultOf(parsed, name)}`);

  const fromSchemas = [
    ...rowsOf('api', apiVariables, parseEnv(apiVariables, needed)),
    ...rowsOf('smtp', smtpVariables, parseEnv(smtpVariables, needed)),
    ...rowsOf('worker', workerVariables, parseEnv(workerVariables, needed)),
  ].sort();

  test('names every variable of the schemas, who reads it and its default', () => {
    const fromTable = tableOf(page, 'Variable')
      .flatMap(([name, readers = '', value]) =>
        readers.split(', ').map((reader) => `${name} ${reader} ${value}`),
      )
      .sort();
    expect(fromTable).toEqual(fromSchemas);
  });

  test('says of each what it means', () => {
    for (const [, , , meaning = ''] of tableOf(page, 'Variable')) expect(meaning.length).toBeGreaterThan(10);
    const text = textOf(page);
    expect(Object.keys(sharedVariables).every((name) => text.includes(`| \`${name}\` |`))).toBe(true);
  });
});

test('the tables of errors name every code', () => {
  const inTable = tableOf('docs/errors.md', 'Status').map(([, code = '']) => code);
  expect(inTable.sort()).toEqual([...errorCodes].sort());
  expect(firstColumn('docs/errors.md', 'Code').sort()).toEqual([...itemErrorCodes].sort());
});

test('the statuses in the table of errors are those that the API answers', () => {
  const source = textOf('apps/api/src/middleware/handle-errors.ts');
  for (const [status, code] of tableOf('docs/errors.md', 'Status'))
    expect(source).toMatch(new RegExp(`\\b${code}: ${status},`));
});

test('the table of metrics names every metric', () => {
  const names = namesIn([...processes, ...packages], /name: '(postroom_\w+)'/g);
  expect(firstColumn('docs/operating.md', 'Metric').sort()).toEqual(sorted(names));
});

test.each([
  'deploy/alerts.yml',
  'deploy/alerts.test.yml',
  'deploy/grafana.json',
  ...pages.filter((page) => textOf(page).includes('postroom_')),
])('every metric that %s reads exists, with the labels that it reads', (page) => {
  const options = namesIn([...processes, ...packages], /(name: 'postroom_\w+',[^}]*?(?:registers|read:))/g);
  const known = new Map(
    options.map((text) => [/postroom_\w+/.exec(text)?.[0] ?? '', text.match(/(?<=')[a-z]+(?=')/g) ?? []]),
  );
  for (const [, name = '', labels = ''] of textOf(page).matchAll(/\b(postroom_[a-z_]+)(?:\{([^}]*)\})?/g)) {
    const base = known.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
    expect([...known.keys()]).toContain(base);
    // Which process it was asked of is Prometheus's own.
    for (const [, label = ''] of labels.matchAll(/(?!instance=)\b(\w+)=/g))
      expect(known.get(base)).toContain(label);
  }
});

test('the table of log events names every event', () => {
  const values = [
    ...namesIn(processes, /\bevent(?:: | = )([^;,}\n]*)/g),
    ...namesIn(packages, /\b(?:logger\.\w+|errors\.note)\(\{ event: ([^;,\n]*)/g),
  ];
  // Of two events that depend on something, what they depend on is no event.
  const names = values.flatMap((value) => value.match(/(?<!=== ')(?<=')[a-z_]+(?=')/g) ?? []);
  const ofLoops = namesIn(processes, /\b(?:trouble\(|failure: )'([a-z_]+)'/g);
  const ofBoth = values.flatMap((value) => value.match(/(?<=^`\$\{plan\.service\}_)\w+(?=`)/) ?? []);
  const all = [
    ...names,
    ...ofLoops,
    ...ofBoth.flatMap((what) => [`api_${what}`, `smtp_${what}`, `worker_${what}`]),
  ];
  const inTable = firstColumn('docs/operating.md', 'Event').flatMap((cell) =>
    cell.replaceAll('`', '').split(', '),
  );
  expect(inTable.sort()).toEqual(sorted(all));
});

test('the table of holds names every reason', () => {
  const [longest = ''] = namesIn(['packages/core/src'], /const longestHold = \{([^}]*)\}/g);
  const reasons = [...longest.matchAll(/(\w+):/g)].map(([, reason = '']) => reason);
  expect(reasons.length).toBeGreaterThan(3);
  expect(firstColumn('docs/operating.md', 'Reason').sort()).toEqual(sorted(reasons));
});

test('the table of helpers is what the renderer says of them', () => {
  const fromTable = tableOf('docs/templates.md', 'Helper').map(([name, what, example]) => ({
    name,
    description: `${what}: ${example}`,
  }));
  expect(fromTable).toEqual(helperNames);
});

describe('the tables of what becomes of a send', () => {
  test('have every status, and what the emails dialect calls it', () => {
    const fromTable = tableOf('docs/sending.md', 'Status').map(([status, email]) => [status, email]);
    expect(fromTable).toEqual(
      sendStatuses.map((status) => [
        status,
        emailStatuses.find((name) => statusesNamed(name).includes(status)),
      ]),
    );
  });

  test('have every delivery', () => {
    expect(firstColumn('docs/sending.md', 'Delivery').sort()).toEqual([...deliveries].sort());
  });
});

test('the limits that the page of sending names are those of the schemas', () => {
  const page = textOf('docs/sending.md');
  const [, items, emails] =
    tableOf('docs/sending.md', 'What differs').find(([what]) => what === 'at most in a request') ?? [];
  expect([items, emails]).toEqual(
    [maxItemsPerBatch, maxEmailsPerBatch].map((max) => max.toLocaleString('en-US')),
  );
  expect(page).toContain(`at most ${maxRecipients} recipients`);
  expect(page).toContain(`${maxDataBytes / 1024} KiB of \`data\``);
  expect(page).toContain(`${maxAttachmentBytes / 2 ** 20} MiB together`);
});

test('the table of scopes has every scope that a key may be given', () => {
  expect(firstColumn('docs/keys.md', 'Scope')).toEqual([...grantableScopes]);
});

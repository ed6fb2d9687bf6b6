import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { apiVariables, parseEnv, sharedVariables, workerVariables } from '../packages/config/src/index.ts';
import {
  batchItemSchema,
  errorCodes,
  itemErrorCodes,
  itemsBatchRequestSchema,
  itemsBatchResponseSchema,
} from '../packages/contracts/src/index.ts';
import { helperNames } from '../packages/rendering/src/index.ts';

const textOf = (file: string) => readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8');
const readme = textOf('README.md');

/** The cells of each row of the table whose header begins so; code marks and escapes are taken off. */
function tableAfter(header: string): string[][] {
  const [, after] = readme.split(`\n| ${header}`);
  if (after === undefined) throw new Error(`README.md has no table that begins with | ${header}`);
  const rows = after.split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) =>
        cell
          .trim()
          .replace(/^`(.*)`$/, '$1')
          .replaceAll('\\|', '|'),
      ),
  );
}

const firstColumn = (header: string) => tableAfter(header).map(([cell = '']) => cell);

describe('the table of settings', () => {
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
    ...rowsOf('worker', workerVariables, parseEnv(workerVariables, needed)),
  ].sort();

  test('names every variable of the schemas, who reads it and its default', () => {
    const fromTable = tableAfter('Variable')
      .flatMap(([name, readers = '', value]) =>
        readers.split(', ').map((reader) => `${name} ${reader} ${value}`),
      )
      .sort();
    expect(fromTable).toEqual(fromSchemas);
  });

  test('says of each what it means', () => {
    for (const [, , , meaning = ''] of tableAfter('Variable')) expect(meaning.length).toBeGreaterThan(10);
    expect(Object.keys(sharedVariables).every((name) => readme.includes(`| \`${name}\` |`))).toBe(true);
  });
});

test('the tables of errors name every code', () => {
  const inTable = tableAfter('Status').map(([, code = '']) => code);
  expect(inTable.sort()).toEqual([...errorCodes].sort());
  expect(firstColumn('Code').sort()).toEqual([...itemErrorCodes].sort());
});

test('the statuses in the table of errors are those that the API answers', () => {
  const source = textOf('apps/api/src/middleware/handle-errors.ts');
  for (const [status, code] of tableAfter('Status'))
    expect(source).toMatch(new RegExp(`\\b${code}: ${status},`));
});

test('the table of metrics names every metric', () => {
  const files = [
    'apps/api/src/metrics.ts',
    'apps/worker/src/metrics.ts',
    'packages/observability/src/event-delay.ts',
  ];
  const sources = files.map(textOf).join('\n');
  const names = [...sources.matchAll(/name: '(postroom_\w+)'/g)].map(([, name]) => name);
  expect(firstColumn('Metric').sort()).toEqual([...new Set(names)].sort());
});

test('the table of helpers is what the renderer says of them', () => {
  const fromTable = tableAfter('Helper').map(([name, what, example]) => ({
    name,
    description: `${what}: ${example}`,
  }));
  expect(fromTable).toEqual(helperNames);
});

describe('the first request', () => {
  test('is a valid batch whose items are accepted and rejected as shown', () => {
    const [, body = ''] = /emails\/batch \\\n[\s\S]*?--data '([\s\S]*?)'\n```/.exec(readme) ?? [];
    const request = itemsBatchRequestSchema.parse(JSON.parse(body));
    const verdicts = request.items.map((item) => {
      const merged = { ...request.defaults, ...Object(item) };
      return batchItemSchema.safeParse(merged).success ? 'accepted' : 'rejected';
    });
    expect(verdicts).toEqual(shownAnswer().items.map(({ status }) => status));
  });

  test('has an answer of the documented form, and nothing in it that is not', () => {
    const [, body = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(shownAnswer()).toEqual(JSON.parse(body));
  });

  function shownAnswer() {
    const [, body = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
    return itemsBatchResponseSchema.parse(JSON.parse(body));
  }
});

test('the commands of the first screen are scripts of package.json', () => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    textOf('package.json'),
  );
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pages, root, sourceFolders, sourcesIn, tableOf, textOf } from './pages.ts';

/** A page without what is shown as code, where brackets mean nothing. */
const proseOf = (page: string) => textOf(page).replace(/^ *```[\s\S]*?^ *```$/gm, '');

/** What follows the `#` in links to the headings of a page, as GitHub makes it; a repeated one gets a number. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const base = heading
      .toLowerCase()
      .replace(/\]\([^)]*\)/g, '')
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = base;
    for (let times = 1; anchors.has(anchor); times += 1) anchor = `${base}-${times}`;
    anchors.add(anchor);
  }
  return anchors;
}

const linksOf = (page: string) =>
  [
    ...proseOf(page)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, to = '']) => to);

/** Why a link leads nowhere; null: it leads somewhere. */
function problemOf(page: string, link: string): string | null {
  if (/^https?:/.test(link)) return URL.canParse(link) ? null : 'is no URL';
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : normalize(join(dirname(page), file));
  if (!existsSync(join(root, target))) return `${target} is not there`;
  if (anchor === undefined || anchorsOf(target).has(anchor)) return null;
  return `${target} has no heading #${anchor}`;
}

test.each(pages)('the links of %s lead somewhere', (page) => {
  const problems = linksOf(page).flatMap((link) => {
    const problem = problemOf(page, link);
    return problem === null ? [] : [`${link}: ${problem}`];
  });
  expect(problems).toEqual([]);
});

test('every page of docs can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of linksOf(page)) {
      const target = normalize(join(dirname(page), link.split('#')[0] ?? ''));
      if (/\.md$/.test(target) && existsSync(join(root, target))) reached.add(target);
    }
  }
  // The decisions are linked to as a folder.
  const inDocs = pages.filter((page) => /^docs\/[^/]+$/.test(page));
  expect(inDocs.filter((page) => !reached.has(page))).toEqual([]);
});

test('a link that leads nowhere is found', () => {
  expect(problemOf('README.md', 'docs/nothing.md')).toMatch(/is not there/);
  expect(problemOf('README.md', 'docs/guarantees.md#nothing')).toMatch(/no heading/);
  expect(problemOf('docs/keys.md', 'guarantees.md#in-doubt')).toBeNull();
});

/** `core/accept` for `packages/core/src/accept`: what ARCHITECTURE.md calls a place of an app or package. */
function isPlace(name: string): boolean {
  const [owner = '', ...rest] = name.split('/');
  return ['apps', 'packages'].some((kind) =>
    ['src', '.'].some((folder) => existsSync(join(root, kind, owner, folder, ...rest))),
  );
}

const placesIn = (page: string) =>
  [...proseOf(page).matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)].map(([, name = '']) => name);

const isMissing = (name: string) => !existsSync(join(root, name)) && !isPlace(name);

test('every place of the code that ARCHITECTURE.md names is there', () => {
  const named = placesIn('ARCHITECTURE.md');
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(isMissing)).toEqual([]);
});

test('every file of the code that another page names is there', () => {
  const files = pages.flatMap(placesIn).filter((name) => /\.(?:ts|mjs|json|prisma|sql)$/.test(name));
  expect(files.filter(isMissing)).toEqual([]);
});

test('sources that name a page of docs name one that is there', () => {
  const named = sourcesIn([...sourceFolders('apps'), ...sourceFolders('packages')]).flatMap(
    ({ path, text }) =>
      [...text.matchAll(/\bdocs\/(?:adr\/\d{4}|[\w-]+\.md)/g)].map(([name]) => ({ path, name })),
  );
  const isThere = (name: string) => pages.some((page) => page.startsWith(name));
  expect(named.filter(({ name }) => !isThere(name))).toEqual([]);
});

describe("ARCHITECTURE.md's table of what to change where", () => {
  const rows = tableOf('ARCHITECTURE.md', 'X');

  /** The files and folders that a row names; one without a folder is in that of the one before it. */
  function namedIn(row: readonly string[]): string[] {
    let folder = '';
    return [...row.join(' ').matchAll(/`?((?:[\w.-]+\/)*[\w-]+(?:\.tsx?|(?<=\/[\w-]+)))(?=[`; ]|$)/g)].map(
      ([, name = '']) => {
        const whole = name.includes('/') ? name : `${folder}${name}`;
        folder = whole.replace(/[^/]*$/, '');
        return whole.replace(/^(?!apps\/|packages\/)([\w-]+)\//, '$1/src/');
      },
    );
  }
  const named = rows.flatMap(namedIn);
  const isNamed = (path: string) => {
    const [, short = ''] = /^(?:apps|packages)\/(.*)$/.exec(path) ?? [];
    return named.some((name) => short === name || path === name || short.startsWith(`${name}/`));
  };
  const makers = (pattern: RegExp, folders: readonly string[]) =>
    sourcesIn(folders)
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path);
  const all = [...sourceFolders('apps'), ...sourceFolders('packages')];

  test.each([
    ['answers an SMTP client', /new Refusal\(/, ['apps/smtp/src'], 5],
    ['registers a metric', /name: 'postroom_\w+'/, all, 7],
    ["knows SES's names of events", /const typeByName\b/, all, 1],
    ['says which scopes there are', /export const scopes\b/, all, 1],
    ['says which variables a process reads', /export const \w+Variables = \{/, ['packages/process/src'], 2],
  ] as const)('names each file that %s', (_what, pattern, folders, least) => {
    const found = makers(pattern, folders);
    expect(found.length).toBeGreaterThanOrEqual(least);
    expect(found.filter((path) => !isNamed(path))).toEqual([]);
  });

  test('and the tree names each command of postroom', () => {
    const commands = [...textOf('apps/cli/src/run-command.ts').matchAll(/^ {2}\['([a-z-]+)', async/gm)].map(
      ([, name]) => name,
    );
    const [, told = ''] = /the `postroom` command: (.*)/.exec(textOf('ARCHITECTURE.md')) ?? [];
    expect(told.split(', ')).toEqual(commands);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import type { SnapshotContent } from '@postroom/core';
import { createRenderer } from '../src/render/renderer.ts';

/**
 * Milliseconds of CPU that one rendering may take of this process, whatever is rendered: in the median of some rounds, so
 * that neither a collection of garbage nor cold code counts. The first one of a template compiles it.
 */
const bounds = { first: 50, second: 8 } as const;
const rounds = 7;

const renderer = createRenderer({ processes: 1 });
afterAll(() => renderer.close());

let ids = 0;
const templateOf = (html: string): SnapshotContent => {
  ids += 1;
  return { id: `edge-${ids}`, kind: 'template', subject: 'Hello', html, text: null };
};

/** What is not rendered in place is not waited for. */
const asker = { workspaceId: 'w', waitMs: 0 };

/** CPU time until the event loop gets its turn again, in milliseconds. */
async function loopCpuMs(snapshot: SnapshotContent, context: Readonly<Record<string, unknown>>) {
  await nextTurn();
  await nextTurn();
  const before = process.cpuUsage();
  const rendering = renderer.render(snapshot, context, asker).catch(() => undefined);
  await Promise.resolve();
  const { user, system } = process.cpuUsage(before);
  void rendering;
  return (user + system) / 1_000;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const list = (length: number) => Array.from({ length }, (_, at) => ({ at }));
const marks = '&<>"\'`=';
const text = (characters: number, of = 'x') =>
  of.repeat(Math.ceil(characters / of.length)).slice(0, characters);
const loops = (depth: number, body = '') =>
  `${'{{#each @root.a}}'.repeat(depth)}${body}${'{{/each}}'.repeat(depth)}`;

const edges: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  ['nodes: as many as are compiled in place', '{{a}}'.repeat(145), { a: 1 }],
  ['nodes: parts of paths', '{{a.b.c.d.e.f.g.h}}'.repeat(33), { a: 1 }],
  ['tokens', '{{!}}'.repeat(1_000), {}],
  ['a long source', text(65_000), {}],
  ['a long source of braces', '{'.repeat(60_000), {}],
  ['look-ups in loops', loops(2, '{{a}}{{b}}{{c}}'), { a: list(70) }],
  ['rounds of nothing', loops(2), { a: list(98) }],
  ['depth: ten loops over two', loops(10), { a: [1, 2] }],
  ['depth: blocks in blocks', `${'{{#if a}}'.repeat(90)}x${'{{/if}}'.repeat(90)}`, { a: 1 }],
  ['escaping many times', '{{a}}'.repeat(120), { a: text(30_000, '&') }],
  ['escaping a few times', '{{a}}'.repeat(30), { a: text(30_000, marks) }],
  ['escaping once', '{{a}}', { a: text(32_000, '"') }],
  [
    'joining by what is long',
    '{{truncate (join a b) 100000}}',
    { a: [1, 2, 3, 4], b: text(32_000, 'é\u0301') },
  ],
  ['escaping short values in a loop', '{{#each a}}{{../b}}{{/each}}', { a: list(900), b: text(1_000, '<') }],
  ['escaping a list', '{{a}}'.repeat(100), { a: Array.from({ length: 3_000 }, () => "'") }],
  ['characters that need no escaping', '{{a}}'.repeat(30), { a: text(32_000) }],
  ['characters as they are', '{{{a}}}'.repeat(30), { a: text(32_000, 'é') }],
  ['truncate', '{{truncate a 20}}'.repeat(70), { a: text(32_000) }],
  ['upper and lower', '{{upper (lower a)}}'.repeat(50), { a: text(30_000, 'ß') }],
  ['urlEncode', '{{urlEncode a}}'.repeat(90), { a: text(30_000, '漢') }],
  ['urlEncode in itself', '{{urlEncode (urlEncode (urlEncode a))}}'.repeat(30), { a: text(30_000, '漢') }],
  ['join', '{{join a b}}'.repeat(70), { a: list(400).map(({ at }) => at), b: text(300, '&') }],
  [
    'comparisons of long texts',
    '{{#if (lt a b)}}{{/if}}'.repeat(40),
    { a: text(15_000, '1'), b: text(15_000, '1') },
  ],
  [
    'formatters that are new each time',
    '{{#each a}}{{formatCurrency 1 "EUR" decimals=this.d locale=this.l}}{{/each}}',
    { a: list(80).map(({ at }) => ({ d: at % 20, l: `de-u-nu-latn-x-${at}` })) },
  ],
  [
    'formatters of dates',
    '{{#each a}}{{formatDate 1 "full" time="full" timeZone=this.z locale=this.l}}{{/each}}',
    { a: list(80).map(({ at }) => ({ z: `Etc/GMT+${at % 12}`, l: `fr-x-${at}` })) },
  ],
  ['formatters of numbers', '{{#each a}}{{formatNumber at decimals=at}}{{/each}}', { a: list(330) }],
  ['partial blocks and partials', '{{#> a}}{{/a}}{{> b}}'.repeat(30), {}],
  [
    'a wide object',
    '{{#each a}}{{@key}}{{this}}{{/each}}',
    { a: Object.fromEntries(list(1_500).map(({ at }) => [at, at])) },
  ],
  ['deep data', '{{a.a.a.a.a.a.a.a}}'.repeat(30), JSON.parse(`${'{"a":'.repeat(30)}1${'}'.repeat(30)}`)],
];

test.each(edges)(
  'what is rendered on the event loop takes little of it: %s',
  async (_name, html, context) => {
    const first: number[] = [];
    const second: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const snapshot = templateOf(html);
      first.push(await loopCpuMs(snapshot, context));
      second.push(await loopCpuMs(snapshot, context));
    }
    expect(median(first)).toBeLessThan(bounds.first);
    expect(median(second)).toBeLessThan(bounds.second);
  },
);

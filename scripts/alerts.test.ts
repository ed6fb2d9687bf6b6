import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { textOf } from './pages.ts';

const rule = z.object({
  alert: z.string(),
  labels: z.object({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.object({ summary: z.string(), cure: z.string() }),
});
const { groups } = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(parse(textOf('deploy/alerts.yml')));
const rules = groups.flatMap((group) => group.rules);
const page = textOf('docs/operating.md');

/** The sections of the page about alerts, by their headings. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = (section.split(/^## /m)[0] ?? '').split('\n');
      return [heading.trim(), lines.join('\n')] as const;
    })
    .filter(([heading]) => heading.startsWith('Postroom')),
);

test('each alert has its section in operating.md, in the same order, and no section is about another one', () => {
  expect([...sections.keys()]).toEqual(rules.map(({ alert }) => alert));
});

test.each(rules.map(({ alert }) => alert))(
  '%s: its section says what it means, its cause and its cure',
  (alert) => {
    const [meaning = '', ...points] = (sections.get(alert) ?? '').trim().split(/^- /m);
    expect(meaning.trim()).toMatch(/^[A-Z].*\.$/s);
    expect(points.map((point) => /^\*\*(\w+):\*\* \S/.exec(point)?.[1])).toEqual(['Cause', 'Cure']);
  },
);

test('what alerts and their sections say to look for in the log is an event of the log', () => {
  const events = new Set(
    [...page.matchAll(/^\| (`[^|]+`) \| (?:debug|info|warn|error)/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    ),
  );
  expect(events.size).toBeGreaterThan(30);
  const named = [
    ...rules.flatMap(({ annotations }) => [
      ...annotations.cure.matchAll(/\b(?:sns|ses|worker|redis|smtp)_[a-z_]+\b/g),
    ]),
    ...[...sections.values()].flatMap((text) => [
      ...text.matchAll(/(?<=`)(?:sns|ses|worker|redis|smtp)_[a-z_]+(?=`)/g),
    ]),
  ].map(([name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !events.has(name))).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { promtool } from '../packages/testkit/src/index.ts';
import { sourceFolders, sourcesIn, textOf } from './pages.ts';

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
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

test("Prometheus's own tool finds nothing wrong with the rules, nor with what they say of made-up series", async () => {
  expect(await promtool(['check', 'rules', 'deploy/alerts.yml'])).toBe('');
  expect(await promtool(['test', 'rules', 'deploy/alerts.test.yml'])).toBe('');
});

test('each alert is tested with what it fires for and with what it does not', () => {
  const cases = z
    .object({
      tests: z.array(
        z.object({
          alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
        }),
      ),
    })
    .parse(parse(textOf('deploy/alerts.test.yml')))
    .tests.flatMap((one) => one.alert_rule_test);
  const told = (does: (firing: number) => boolean) =>
    new Set(cases.filter(({ exp_alerts: { length } }) => does(length)).map(({ alertname }) => alertname));
  const all = new Set(rules.map(({ alert }) => alert));
  expect(told((firing) => firing > 0)).toEqual(all);
  expect(told((firing) => firing === 0)).toEqual(all);
});

/** Gauges that each process has of itself. All others are of the installation: each replica tells the same number. */
const ownGauges = [
  'postroom_build_info',
  'postroom_smtp_certificate_ends_seconds',
  'postroom_smtp_connections',
];

test('what every replica tells alike is never added up', () => {
  const gauges = sourcesIn([
    'apps/api/src',
    'apps/smtp/src',
    'apps/worker/src',
    ...sourceFolders('packages'),
  ]).flatMap(({ text }) =>
    [...text.matchAll(/\b[gG]auge(?:<\w+>)?\([^;]*?name: '(postroom_\w+)'/g)].map(([, name = '']) => name),
  );
  const shared = gauges.filter((name) => !ownGauges.includes(name));
  expect([gauges.length, shared.length]).toEqual([new Set(gauges).size, gauges.length - ownGauges.length]);
  expect(shared).toEqual(expect.arrayContaining(['postroom_work', 'postroom_quota_used_ratio']));
  const grafana = [...textOf('deploy/grafana.json').matchAll(/"expr": "([^\n]*)"/g)].map(
    ([, expr = '']) => expr,
  );
  const expressions = [...rules.map(({ expr }) => expr), ...grafana];
  const reads = expressions.flatMap((expr) => expr.match(/[\w ]*(?:\([^()]*\) *)?\(?postroom_\w+/g) ?? []);
  const ofShared = reads.filter((read) => shared.some((name) => read.endsWith(name)));
  expect(ofShared.length).toBeGreaterThan(15);
  expect(ofShared.filter((read) => !/^max(?: by \([^()]*\) )?\(/.test(read.trim()))).toEqual([]);
});

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

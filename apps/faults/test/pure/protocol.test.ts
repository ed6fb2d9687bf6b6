import { expect, test } from '@jest/globals';
import { checkFacts } from '../../src/check/check-facts.ts';
import type { Facts } from '../../src/nouns/facts.ts';
import { commandOf, protocolOf } from '../../src/report/protocol.ts';
import { reportOf, type ScenarioReport } from '../../src/report/report.ts';
import { aRun, aSend } from './a-run.ts';
import { many, resent } from './sends.ts';

const asked = {
  scenario: 'planted',
  about: 'a run that was made up',
  seed: 7,
  size: { sends: 12_000, kills: 3, seconds: 1 },
  policy: 'resend',
  lostEvents: 0,
} as const;

const reportOn = (facts: Facts, lines: readonly string[] = []): ScenarioReport =>
  reportOf(asked, { checked: checkFacts(facts), settledMs: 1_500, tookMs: 1, rate: 10, lines });

const run = {
  startedAt: new Date('2026-11-28T09:00:00Z'),
  command: 'npm run faults -- --all --seed 7',
  ranOn: '2 cores, Node 22.23.5',
};

/** The cells of each row, those of the header and of the rule below it apart. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '));

test('a run is a part of a page: when, how to make it again, on what, and a row for each scenario', () => {
  const text = protocolOf(run, [reportOn(aRun([aSend()])), reportOn(aRun([aSend()]))]);
  expect(text).toContain('\n## 2026-11-28\n\n`npm run faults -- --all --seed 7`\n');
  expect(text).toContain('2 cores, Node 22.23.5. 2 of 2 hold.');
  expect(rowsOf(text)).toEqual(
    Array.from({ length: 2 }, () => [
      '`planted`, seed 7, 12,000 sends, 3 times',
      'yes',
      '0',
      '0',
      '0',
      '1.5 s',
      '1 Sent; no answer over 0.01 s',
    ]),
  );
});

test('what is violated stands in the row, each invariant with its count', () => {
  const text = protocolOf(run, [reportOn(aRun(many(5, resent(null))))]);
  expect(text).toContain('0 of 1 hold.');
  const [[, verdict, , , , , beside = ''] = []] = rowsOf(text);
  expect(verdict).toBe('no');
  expect(beside).toMatch(/violated: I\d+ \(5\)/);
});

test('a run that failed itself has a row with the reason, and no cell ends early', () => {
  const broken = { ...asked, kind: 'broken', holds: false, tookMs: 1, reason: 'no | port\nleft' } as const;
  expect(protocolOf(run, [broken])).toContain('| no | | | | | the run itself failed: no \\| port left |\n');
  expect(protocolOf(run, [reportOn(aRun([aSend()]), ['a | b'])])).toContain('; a \\| b |\n');
});

test('the command makes the run again: with its seed, without where its reports went', () => {
  const args = ['--all', '--report', 'r.json', '--short', '--protocol=docs/p.md', '--json', '--logs', 'l'];
  expect(commandOf(args, 12)).toBe('npm run faults -- --all --short --seed 12');
  expect(commandOf(['--draw', '3', '--seed', '5'], 5)).toBe('npm run faults -- --draw 3 --seed 5');
  expect(commandOf(['--all', '--seed=5'], 5)).toBe('npm run faults -- --all --seed=5');
});

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { temporaryFolder } from '@postroom/servers';
import { checkFacts } from '../../src/check/check-facts.ts';
import type { Facts } from '../../src/nouns/facts.ts';
import { textOf } from '../../src/report/print.ts';
import { reportOf, type ScenarioReport } from '../../src/report/report.ts';
import { withHistories } from '../../src/report/write-histories.ts';
import { anEntry, aRow, aRun, aSend, aWish } from './a-run.ts';
import { accepted, many, rejected, resent } from './sends.ts';

let dir: string;

beforeEach(async () => {
  dir = await temporaryFolder('histories');
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

function reportOn(facts: Facts): ScenarioReport {
  const asked = {
    scenario: 'planted',
    about: 'a run that was made up',
    seed: 7,
    size: { sends: 1, kills: 0, seconds: 1 },
    policy: 'resend',
    lostEvents: 0,
  } as const;
  return reportOf(asked, { checked: checkFacts(facts), settledMs: 0, tookMs: 1, rate: 10, lines: [] });
}

test('the whole history of every violation is in a file, and the text says where', async () => {
  const report = await withHistories(reportOn(aRun(many(5, resent(null)))), dir);
  const file = join(dir, 'planted-7-histories.txt');
  const told = await readFile(file, 'utf8');
  for (const id of ['send-0', 'send-1', 'send-2', 'send-3', 'send-4']) expect(told).toContain(`    ${id} `);
  expect(told).toContain('SES      took attempt 2 as entry 2');
  expect(textOf(report)).toContain(`the whole history of each: ${file}`);
});

test('a run without a violation writes nothing', async () => {
  const report = await withHistories(reportOn(aRun([aSend()])), join(dir, 'not-made'));
  expect(report).toMatchObject({ holds: true, historyFile: null });
  await expect(readFile(join(dir, 'not-made'))).rejects.toThrow('ENOENT');
});

test('the history of a key tells of each of its rows, and of each send that clients were told', () => {
  const two = aSend({ wish: aWish({ tries: [accepted('send-1'), accepted('send-2')] }) });
  const second = aSend({
    wish: null,
    row: aRow({ id: 'send-2' }),
    attempts: [],
    changes: [],
    events: [],
    ledger: [anEntry({ sendId: 'send-2', seq: 2 })],
  });
  const report = reportOn(aRun([two, second]));
  const violations = report.kind === 'checked' ? report.violations : [];
  const history = violations.find(({ invariant }) => invariant === 'I10')?.history ?? [];
  const lines = history.map(({ who, what }) => `${who} ${what}`);
  expect(lines).toContainEqual(
    expect.stringContaining('row send-2: made under workspace-a k1; in the end Sent'),
  );
  expect(lines).toContainEqual(expect.stringContaining('SES send-1: took attempt 1'));
  expect(lines).toContainEqual(expect.stringContaining('SES send-2: took attempt 1'));
});

test('the history of a key that was turned down tells of the row that it left all the same', () => {
  const facts = aRun([aSend({ wish: aWish({ kind: 'incomplete', tries: [rejected] }) })]);
  const report = reportOn(facts);
  const violations = report.kind === 'checked' ? report.violations : [];
  const history = violations.find(({ key }) => key !== null)?.history ?? [];
  expect(new Set(history.map(({ who }) => who))).toEqual(
    new Set(['client', 'row', 'attempt', 'event', 'SES']),
  );
});

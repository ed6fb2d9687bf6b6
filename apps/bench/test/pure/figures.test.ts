import { expect, test } from '@jest/globals';
import { percentile } from '@postroom/testkit';
import { htmlBytes, template, variablesFrom } from '../../src/load/content.ts';
import { readPsLine, readStat } from '../../src/process/server-cpu.ts';
import { reportRatio, type Series } from '../../src/report/report.ts';
import { spreadOf } from '../../src/report/spread.ts';

test('a spread has the middle of an even number of runs between the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([5, 1, 2])).toEqual({ median: 2, min: 1, max: 5 });
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, at) => at + 1);
  expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 99)).toBe(7);
});

test('a ratio compares runs of the same round, so that a slow round spoils none', () => {
  const series = (id: string, cpuSeconds: readonly number[]): Series => ({
    id,
    title: id,
    about: id,
    readings: cpuSeconds.map((seconds) => ({
      emails: 10,
      seconds,
      cpuSeconds: seconds,
      postgresCpuSeconds: 0,
      redisCpuSeconds: 0,
      sesCpuSeconds: 0,
      latenciesMs: [],
    })),
  });
  const floors = [series('a', [1, 10]), series('b', [1, 10])];
  const { cpu, time } = reportRatio({ id: 'r', title: 'r' }, series('ours', [4, 40]), floors);
  expect(cpu).toEqual({ median: 2, min: 2, max: 2 });
  expect(time).toEqual(cpu);
});

test('CPU time is read from /proc, of a process and its ended children, whatever the name of the process', () => {
  const line = '42 (postgres: a) b) S 7 42 42 0 -1 4194304 105 0 0 0 150 50 20 30 20 0 1 0 475599 3133440';
  expect(readStat(line)).toEqual({ pid: 42, parentPid: 7, seconds: 2.5 });
  expect(readStat('')).toBeNull();
});

test('CPU time is read from ps, as macOS and Linux write it', () => {
  expect(readPsLine('  42     7   1:02.50')).toEqual({ pid: 42, parentPid: 7, seconds: 62.5 });
  expect(readPsLine('42 7 2-01:00:01')).toEqual({ pid: 42, parentPid: 7, seconds: 2 * 86_400 + 3_601 });
  expect(readPsLine('')).toBeNull();
});

test('the template is 5 KB of html and uses the five variables of the data, no more and no fewer', () => {
  expect(Buffer.byteLength(template.html)).toBe(htmlBytes);
  const used = Array.from(`${template.subject}${template.html}`.matchAll(/{{(\w+)}}/g), ([, name]) => name);
  expect([...new Set(used)].sort()).toEqual(Object.keys(variablesFrom(1)()).sort());
});

test('the same seed gives the same data', () => {
  expect(variablesFrom(7)()).toEqual(variablesFrom(7)());
  expect(variablesFrom(7)()).not.toEqual(variablesFrom(8)());
});

import { describe, expect, test } from '@jest/globals';
import { repositoryRoot, UsageError } from '@postroom/testkit';
import { listText, readOptions, sizeFor } from '../../src/options.ts';
import { scenarios } from '../../src/scenarios/index.ts';

const optionsOf = (...args: readonly string[]) => {
  const request = readOptions(args);
  if (request.kind !== 'run') throw new Error(`these options ask for ${request.kind}`);
  return request.options;
};

test('a scenario, its size, the seed and what goes wrong are read', () => {
  const options = optionsOf(
    ...[
      '--scenario',
      'worker-kill',
      '--sends',
      '20000',
      '--kills',
      '200',
      '--seed',
      '7',
      '--lost-events',
      '2',
    ],
    ...['--policy', 'hold', '--set', 'MAX_ATTEMPTS=1', '--json'],
  );
  expect(options).toMatchObject({
    isShort: false,
    isJson: true,
    seed: 7,
    size: { sends: 20_000, kills: 200 },
    policy: 'hold',
    lostEvents: 0.02,
    env: { MAX_ATTEMPTS: '1' },
    isClockJudged: true,
    reportFile: null,
    protocolFile: null,
  });
  expect(options.scenarios.map(({ name }) => name)).toEqual(['worker-kill']);
});

test('--draw takes one of each kind and some others, the same for the same seed', () => {
  const drawn = (count: number, seed: number) =>
    optionsOf('--draw', String(count), '--seed', String(seed), '--short').scenarios.map(({ name }) => name);
  for (const seed of [1, 2, 3, 4, 5]) {
    const names = drawn(9, seed);
    expect(new Set(names).size).toBe(9);
    const kindsOf = (start: string) => names.filter((name) => name.startsWith(start)).length;
    for (const start of ['redis-', 'postgres-', 'ses-', 'events-']) expect(kindsOf(start)).toBeGreaterThan(0);
    expect(drawn(9, seed)).toEqual(names);
  }
  expect(new Set([1, 2, 3, 4, 5].map((seed) => drawn(9, seed).join())).size).toBeGreaterThan(1);
});

test('--all takes every scenario that needs no other version; more kills make the load last longer', () => {
  const options = optionsOf('--all', '--short');
  expect(options.scenarios).toEqual(scenarios.filter(({ name }) => name !== 'rolling-update'));
  const [scenario] = optionsOf('--scenario', 'api-kill').scenarios;
  if (scenario === undefined) throw new Error('there is no api-kill');
  const { kills, seconds } = scenario.long;
  const size = sizeFor(scenario, { isShort: false, size: { kills: 2 * kills } });
  expect(size).toMatchObject({ kills: 2 * kills, seconds: 2 * seconds });
});

test('what replaces another version is run, and may be drawn, where that is given', () => {
  const asked = ['--source', '--before', repositoryRoot] as const;
  const [named] = optionsOf(...asked, '--scenario', 'rolling-update').scenarios;
  expect(optionsOf(...asked, '--all').scenarios).toEqual(scenarios);
  const all = String(scenarios.length);
  expect(optionsOf(...asked, '--draw', all).scenarios).toContain(named);
  expect(optionsOf('--draw', all).scenarios).not.toContain(named);
});

test('the scenarios have names of their own and a line each', () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(listText().trimEnd().split('\n')).toHaveLength(names.length);
});

describe('the command line', () => {
  test.each([
    [['--scenario', 'nonsense'], 'no scenario "nonsense"'],
    [[], 'Which scenario?'],
    [['--all', '--scenario', 'api-kill'], 'Either --all, --draw or --scenario'],
    [['--all', '--draw', '3'], 'Either --all, --draw or --scenario'],
    [['--draw', '0'], '--draw takes a whole number'],
    [['--all', '--sends', 'many'], '--sends takes a whole number'],
    [['--all', '--policy', 'hope'], '--policy takes resend or hold'],
    [['--all', '--lost-events', '200'], '--lost-events takes a number'],
    [['--all', '--set', 'lower=1'], '--set takes NAME=VALUE'],
    [['--scenario', 'rolling-update'], 'rolling-update takes --before'],
    [['--all', '--before', '/nowhere'], '--before takes a checkout that was built'],
    [['--all', '--fast'], "Unknown option '--fast'"],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});

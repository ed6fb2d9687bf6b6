import { describe, expect, test } from '@jest/globals';
import { createDraw, runForJson, spawnNode, UsageError } from '@postroom/testkit';
import * as z from 'zod';
import { readOptions } from '../src/options.ts';

const spreadSchema = z
  .object({ median: z.number().positive(), min: z.number().positive(), max: z.number().positive() })
  .refine(({ median, min, max }) => min <= median && median <= max);
const reportSchema = z.object({
  machine: z.object({ cores: z.int().positive(), node: z.literal(process.versions.node) }),
  measuredAt: z.iso.datetime(),
  isShort: z.literal(true),
  isHonest: z.literal(true),
  commands: z.array(
    z.object({
      command: z.string(),
      problems: z.array(z.string()).max(0),
      series: z.array(
        z.object({
          id: z.string(),
          runs: z.literal(2),
          emailsPerRun: z.number().positive(),
          emailsPerSecond: spreadSchema,
          cpuUsPerEmail: spreadSchema,
          postgresCpuUsPerEmail: z.number().min(0),
          latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
        }),
      ),
      ratios: z.array(z.object({ id: z.string(), cpu: spreadSchema, time: spreadSchema })),
    }),
  ),
});

async function runBench(...args: readonly string[]) {
  const bench = await spawnNode({ entry: 'apps/bench/src/main.ts', args });
  const { code } = await bench.exited;
  return { code, lines: bench.lines };
}

async function reportOf(command: string, ...args: readonly string[]) {
  const asked = [command, '--short', '--json', '-', ...args];
  const { code, json } = await runForJson({ entry: 'apps/bench/src/main.ts', args: asked });
  const [only] = reportSchema.parse(json).commands;
  if (only === undefined) throw new Error('the report is empty');
  return { code, ...only };
}

/** Commands in which everything is measured, each on servers of its own: one of them, where they are drawn. */
const whole: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'accept measures 100 and 1,000, known and new profiles, beside the four floors, and exits 0',
    async () => {
      const { code, series, ratios } = await reportOf('accept');
      expect(code).toBe(0);
      const shapes = ['sequential', 'parallel'];
      const measured = ['floor.insert', 'floor.createMany', 'floor.addBulk', 'floor.express'];
      const ours = ['accept.known', 'accept.new'];
      expect(series.map(({ id }) => id)).toEqual(
        shapes.flatMap((shape) => [...measured, ...ours].map((name) => `${name}.${shape}`)),
      );
      expect(series.every(({ latencyMs }) => latencyMs !== null)).toBe(true);
      expect(ratios.map(({ id }) => id)).toEqual(
        shapes.flatMap((shape) => ours.map((name) => `${name}.${shape}.by.floors`)),
      );
    },
  ],
  [
    'send measures one worker beside the four floors, loses and doubles nothing, and exits 0',
    async () => {
      const { code, series, ratios } = await reportOf('send', '--sends', '100');
      expect(code).toBe(0);
      expect(series.map(({ id, emailsPerRun }) => [id, emailsPerRun])).toEqual([
        ['floor.sendEmail', 100],
        ['floor.emptyWorker', 100],
        ['floor.render', 100],
        ['floor.signedPost', 100],
        ['send.worker', 100],
        ['send.tracked', 100],
      ]);
      expect(ratios.map(({ id }) => id)).toEqual([
        'send.worker.by.sdk',
        'send.worker.by.floors',
        'send.worker.by.post',
        'send.tracked.by.worker',
      ]);
    },
  ],
  [
    'links measures what rewriting and signing cost beside the floor, and exits 0',
    async () => {
      const { code, series } = await reportOf('links');
      expect(code).toBe(0);
      expect(series.map(({ id }) => id)).toEqual(['floor.read', 'links.rewrite', 'links.track']);
    },
  ],
];

test.each(createDraw()(whole, 1))('%s', async (_, measure) => measure());

describe('the command line', () => {
  test('--help explains every option', async () => {
    const { code, lines } = await runBench('--help');
    expect(code).toBe(0);
    const text = lines.join('\n');
    for (const option of ['--sends', '--seed', '--short', '--source', '--profile', '--json'])
      expect(text).toContain(option);
  });

  test.each([
    [['everything'], 'There is no command "everything"'],
    [['send', '--sends', '50'], '--sends takes a whole number'],
    [['send', '--fast'], "Unknown option '--fast'"],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });

  test('what is refused ends with code 2 and the reason', async () => {
    const { code, lines } = await runBench('everything');
    expect(code).toBe(2);
    expect(lines.join('\n')).toContain('There is no command "everything"');
  });
});

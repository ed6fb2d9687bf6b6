import { expect, test } from '@jest/globals';
import { runForJson } from '@postroom/testkit';
import * as z from 'zod';

const timesSchema = z.object({ p50: z.number(), p95: z.number(), max: z.number() });
const reportSchema = z.object({
  isHonest: z.boolean(),
  commands: z.tuple([
    z.object({
      command: z.literal('lists'),
      sends: z.literal(5_000),
      problems: z.array(z.string()),
      queries: z.array(
        z.object({
          name: z.string(),
          rows: z.int(),
          page: timesSchema,
          counted: z.object({ count: z.int(), isEstimate: z.boolean(), times: timesSchema }).nullable(),
          plan: z.array(z.string()).min(1),
        }),
      ),
    }),
  ]),
});

test('lists measures every page and count with its plan, and exits 0 unless one of them is slow', async () => {
  const args = ['lists', '--short', '--sends', '5000', '--json', '-'];
  const { code, json } = await runForJson({ entry: 'apps/bench/src/main.ts', args });
  const { isHonest, commands } = reportSchema.parse(json);
  const [{ queries, problems }] = commands;
  expect([code, problems.length === 0]).toEqual(isHonest ? [0, true] : [1, false]);
  const found = new Map(queries.map(({ name, rows, counted }) => [name, [rows, counted?.count]]));
  expect(found.size).toBe(queries.length);
  expect(found.get('no filter')).toEqual([100, 5_000]);
  expect(found.get('to=busy')).toEqual([50, 50]);
  expect(found.get('status=Queued tag=middle (none)')).toEqual([0, 0]);
  expect(found.get('no filter, offset')).toEqual([0, 5_000]);
  expect(found.get('one batch, by status')).toEqual([1, undefined]);
});

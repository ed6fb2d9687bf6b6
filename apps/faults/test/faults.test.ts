import { expect, test } from '@jest/globals';
import { runForJson } from '@postroom/testkit';
import * as z from 'zod';

const reportSchema = z.object({
  seed: z.literal(11),
  holds: z.boolean(),
  scenarios: z.array(
    z.object({
      kind: z.literal('checked'),
      queue: z.object({
        accepted: z.int().positive(),
        taken: z.int().positive(),
        lost: z.int(),
        doubled: z.int(),
        unexpected: z.int(),
        recovered: z.int(),
        unsettled: z.int(),
        inDoubt: z.int(),
      }),
      settledMs: z.number().nullable(),
      violations: z.array(
        z.object({
          invariant: z.string(),
          history: z.array(z.object({ atMs: z.number(), who: z.string(), what: z.string() })),
        }),
      ),
    }),
  ),
});

async function runFaults(...args: readonly string[]) {
  const { code, json } = await runForJson({
    entry: 'apps/faults/src/main.ts',
    args: ['--short', '--no-clock', '--seed', '11', '--json', ...args],
  });
  const report = reportSchema.parse(json);
  const [only] = report.scenarios;
  if (only === undefined) throw new Error('the report is empty');
  return { code, holds: report.holds, ...only };
}

const set = (env: Readonly<Record<string, string>>) =>
  Object.entries(env).flatMap(([name, value]) => ['--set', `${name}=${value}`]);

/** A busy machine sends again before the events come, too. */
const hasty = set({ IN_DOUBT_WINDOW_MS: '500', SWEEP_INTERVAL_MS: '50' });
/** And it has time for each call, and for each event of those whose answers are lost. */
const patient = set({
  SES_REQUEST_TIMEOUT_MS: '60000',
  SEND_LEASE_MS: '90000',
  IN_DOUBT_WINDOW_MS: '120000',
});
const late = ['--scenario', 'events-late', '--sends', '60', '--seconds', '6', ...hasty];
const small = ['--scenario', 'ses-accept-reset', '--sends', '100', '--seconds', '4', ...patient];

test('a run on real processes whose answers are lost loses and doubles nothing, and exits 0', async () => {
  const { code, holds, queue, violations, settledMs } = await runFaults(...small);
  expect(violations).toEqual([]);
  expect({ code, holds }).toEqual({ code: 0, holds: true });
  expect(queue).toMatchObject({ lost: 0, doubled: 0, unexpected: 0, unsettled: 0 });
  // A client of a busy machine may have had no answer, too, and asked again.
  expect(queue.recovered).toBeGreaterThanOrEqual(queue.inDoubt);
  expect(queue.inDoubt).toBeGreaterThan(0);
  expect(settledMs).not.toBeNull();
});

test('workers that do not wait for the events of SES send twice: it is found, told with its history, and the exit is 1', async () => {
  const { code, holds, queue, violations } = await runFaults(...late);
  expect({ code, holds }).toEqual({ code: 1, holds: false });
  expect(queue.doubled).toBeGreaterThan(0);
  const doubled = violations.find(({ invariant, history }) => invariant === 'I5' && history.length > 0);
  const who = new Set(doubled?.history.map((line) => line.who));
  for (const witness of ['client', 'row', 'attempt', 'event', 'SES', 'fault']) expect(who).toContain(witness);
});

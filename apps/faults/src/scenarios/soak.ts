import { eventually } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { productionTiming } from '../nouns/timing.ts';
import { judgeSamples, trendLine } from '../soak/judge-samples.ts';
import type { Sample } from '../soak/least-squares.ts';
import { sampleSystem } from '../soak/sample-system.ts';
import { countOpen } from '../system/read-facts.ts';

const samplesWanted = 120;
const leastIntervalMs = 500;
const loadShare = 0.7;

/** Sends that are counted: the last ones of a burst wait for their time. */
const measuredShare = 0.9;

/** Sends per second that go through the whole pipeline when there is no end of them. */
async function measureCapacity(context: Context, sends: number): Promise<number> {
  const { stack } = context;
  await context.post({ sends, overMs: 0, label: 'burst' });
  await eventually(async () => (await countOpen(stack.database)) === 0, {
    timeoutMs: 300_000,
    intervalMs: 100,
    what: 'An empty backlog',
  });
  const entries = stack.ses.ledger.entries();
  const measured = entries.slice(0, Math.ceil(entries.length * measuredShare));
  const ms = (measured.at(-1)?.monotonicMs ?? 0) - (measured[0]?.monotonicMs ?? 0);
  return (measured.length / ms) * 1_000;
}

/** Reads everything now and then until the load is over. */
async function sampleUntil(context: Context, isOver: () => boolean): Promise<Map<string, Sample[]>> {
  const series = new Map<string, Sample[]>();
  const everyMs = Math.max(leastIntervalMs, (context.size.seconds * 1_000) / samplesWanted);
  while (!isOver()) {
    const atMs = performance.now();
    for (const [name, value] of Object.entries(await sampleSystem(context))) {
      const samples = series.get(name) ?? [];
      series.set(name, [...samples, { atMs, value }]);
    }
    await context.pause(everyMs);
  }
  return series;
}

/** A long time at 70 % of what the machine can do: nothing may grow. */
export const soak: Scenario = {
  name: 'soak',
  about: '70 % of the measured capacity for a long time, without a fault: nothing may grow',
  // SES is no limit here, and so many changes are not noted one by one.
  system: { workers: 2, headroom: 10_000, isWitnessed: false, hasty: productionTiming },
  load: 'own',
  short: { sends: 400, kills: 0, seconds: 8 },
  long: { sends: 4_000, kills: 0, seconds: 900 },
  run: async (context) => {
    const { size } = context;
    const capacity = await measureCapacity(context, size.sends);
    const perSecond = capacity * loadShare;
    context.tell(`capacity ${capacity.toFixed(0)} sends a second; the load is ${perSecond.toFixed(0)}`);
    let isOver = false;
    const load = context
      .post({
        sends: Math.ceil(perSecond * size.seconds),
        overMs: size.seconds * 1_000,
        label: 'soak',
      })
      .finally(() => {
        isOver = true;
      });
    const [series] = await Promise.all([sampleUntil(context, () => isOver), load]);
    for (const [name, samples] of series) {
      const trend = judgeSamples(name, samples);
      context.tell(trendLine(trend));
      if (trend.isFlat === false) context.fail(`${name} rises by ${trend.perMinute.toFixed(2)} a minute`);
    }
  },
};

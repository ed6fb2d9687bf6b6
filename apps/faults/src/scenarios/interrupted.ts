import type { Disturbance } from '../inject/disturbance.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';

type Lengths = readonly number[];

export type Interrupted = Pick<Scenario, 'name' | 'about' | 'system' | 'expects'> & {
  readonly disturb: Disturbance;
  /** How long each interruption lasts, in seconds. */
  readonly short: Lengths;
  readonly long: Lengths;
};

/** Seconds of load before, between and after interruptions. */
const gapSeconds = { short: 1, long: 10 } as const;

/** Sends asked for in a second. */
const perSecond = { short: 30, long: 40 } as const;

function sizeOf(lengths: Lengths, form: 'short' | 'long') {
  const seconds = lengths.reduce((sum, length) => sum + length, 0) + gapSeconds[form] * (lengths.length + 1);
  return { sends: Math.ceil(seconds * perSecond[form]), kills: lengths.length, seconds };
}

/**
 * A scenario in which one thing is broken for a while, works again, and is broken again for longer, while the load
 * goes on. Told to repeat it more often, it goes round the lengths.
 */
export function interrupted({ disturb, short, long, ...rest }: Interrupted): Scenario {
  const run = async (context: Context) => {
    const { size, isShort } = context;
    const lengths = isShort ? short : long;
    const gapMs = gapSeconds[isShort ? 'short' : 'long'] * 1_000;
    for (let at = 0; at < size.kills; at += 1) {
      await context.pause(gapMs * (0.5 + context.random()));
      await disturb(context, (lengths[at % lengths.length] ?? 1) * 1_000);
    }
  };
  return {
    ...rest,
    short: sizeOf(short, 'short'),
    long: sizeOf(long, 'long'),
    run,
  };
}

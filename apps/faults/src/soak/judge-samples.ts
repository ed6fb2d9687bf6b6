import { meanOf, type Sample, slopePerMinute } from './least-squares.ts';

/** What became of one reading over a long time. */
export type Trend = {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly perMinute: number;
  /** Null: it was not watched long enough to tell. */
  readonly isFlat: boolean | null;
};

/** The first part is left out: caches fill, pools open, the compiler warms up. */
const warmUpShare = 0.4;
const leastMinutes = 4;

/** What grew over the time watched by less than this part of its mean, or by less than so much, is flat. */
const tolerance = { share: 0.1, absolute: 12 } as const;

/** Fits a line through the readings after the warm-up and says whether it rises. */
export function judgeSamples(name: string, samples: readonly Sample[]): Trend {
  const steady = samples.slice(Math.floor(samples.length * warmUpShare));
  const minutes = ((steady.at(-1)?.atMs ?? 0) - (steady[0]?.atMs ?? 0)) / 60_000;
  const perMinute = slopePerMinute(steady);
  const growth = perMinute * minutes;
  const isSmall = growth < Math.max(tolerance.absolute, meanOf(steady) * tolerance.share);
  return {
    name,
    first: samples[0]?.value ?? 0,
    last: samples.at(-1)?.value ?? 0,
    perMinute,
    isFlat: minutes < leastMinutes ? null : isSmall,
  };
}

const flatness = (isFlat: boolean | null) =>
  isFlat === null ? 'watched too briefly to tell' : isFlat ? 'flat' : 'RISING';

/** A line of the report. */
export const trendLine = ({ name, first, last, perMinute, isFlat }: Trend): string =>
  `${name.padEnd(26)} ${first.toFixed(1).padStart(9)} -> ${last.toFixed(1).padStart(9)}  ` +
  `${perMinute >= 0 ? '+' : ''}${perMinute.toFixed(3)} a minute, ${flatness(isFlat)}`;

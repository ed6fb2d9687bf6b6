import { judgeCounts, type RateCounts, type RateLimits } from './rate-limits.ts';

/** A part of a workspace's mail; `key` is the id of the sender profile, or the domain, or empty. */
export type RatedPart = {
  readonly workspaceId: string;
  readonly scope: 'workspace' | 'sender_profile' | 'domain';
  readonly key: string;
};

/** What is known of a part. */
export type RateStanding = RatedPart & {
  /** Of the last 24 hours. */
  readonly counts: RateCounts;
  /** Those of them that were forgiven when its marketing mail was resumed. */
  readonly forgiven: RateCounts;
  /** Since when its marketing mail is held, or was last. */
  readonly pausedAt: Date | null;
  readonly resumedAt: Date | null;
};

/** A part that is to be paused, and what was counted of it. */
export type NewPause = RatedPart & { readonly counts: RateCounts; readonly resumedAt: Date | null };

export type JudgeRatesDeps = {
  readonly rates: {
    /** Of these workspaces, the parts of which something bounced or was complained about. */
    badStandings(workspaceIds: readonly string[]): Promise<readonly RateStanding[]>;
    /** Pauses those that are not paused yet, nor resumed meanwhile; answers which. */
    pause(pauses: readonly NewPause[]): Promise<readonly RatedPart[]>;
  };
  readonly limits: RateLimits;
  /** Hears of each new pause. */
  readonly onPaused: (pause: NewPause) => void;
};

const withoutForgiven = ({ counts, forgiven }: RateStanding): RateCounts => ({
  delivered: Math.max(0, counts.delivered - forgiven.delivered),
  bounced: Math.max(0, counts.bounced - forgiven.bounced),
  complained: Math.max(0, counts.complained - forgiven.complained),
});

/** Whether the marketing mail of a part is held. */
export const isPaused = ({ pausedAt, resumedAt }: Pick<RateStanding, 'pausedAt' | 'resumedAt'>): boolean =>
  pausedAt !== null && resumedAt === null;

const nameOf = ({ workspaceId, scope, key }: RatedPart): string => `${workspaceId}/${scope}/${key}`;

/**
 * Pauses marketing mail of those parts of workspaces whose rates are too high. What was resumed by hand is judged by what
 * was reported since. Done twice, or by several at once, it pauses each once.
 */
export async function judgeRates(
  { rates, limits, onPaused }: JudgeRatesDeps,
  workspaceIds: readonly string[],
): Promise<void> {
  if (workspaceIds.length === 0) return;
  const standings = await rates.badStandings(workspaceIds);
  const tooHigh = standings
    .filter((standing) => !isPaused(standing))
    .map((standing): NewPause => {
      const { workspaceId, scope, key, resumedAt } = standing;
      return { workspaceId, scope, key, resumedAt, counts: withoutForgiven(standing) };
    })
    .filter(({ counts }) => judgeCounts(counts, limits) === 'paused');
  if (tooHigh.length === 0) return;
  const paused = new Set((await rates.pause(tooHigh)).map(nameOf));
  for (const pause of tooHigh) if (paused.has(nameOf(pause))) onPaused(pause);
}

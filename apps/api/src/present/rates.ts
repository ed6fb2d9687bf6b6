import type { Rate, Rates } from '@postroom/contracts';
import { isPaused, judgeCounts, type RateLimits, type RateStanding, ratesOf } from '@postroom/core';

const nothing = { delivered: 0, bounced: 0, complained: 0 };

/** Of what was resumed by hand the state is a warning, at most, while its rates are still those of before. */
function stateOf(standing: RateStanding, limits: RateLimits): Rate['state'] {
  if (isPaused(standing)) return 'paused';
  return judgeCounts(standing.counts, limits) === 'ok' ? 'ok' : 'warning';
}

const presentRate = (standing: RateStanding, limits: RateLimits): Rate => ({
  ...standing.counts,
  ...ratesOf(standing.counts),
  state: stateOf(standing, limits),
  pausedAt: standing.pausedAt?.toISOString() ?? null,
  resumedAt: standing.resumedAt?.toISOString() ?? null,
});

/** The rates of a workspace and its parts. */
export function presentRates(standings: readonly RateStanding[], limits: RateLimits): Rates {
  const of = (scope: RateStanding['scope']) =>
    standings
      .filter((standing) => standing.scope === scope)
      .map((standing) => ({ key: standing.key, rate: presentRate(standing, limits) }));
  const unknown: Rate = {
    ...nothing,
    ...ratesOf(nothing),
    state: 'ok',
    pausedAt: null,
    resumedAt: null,
  };
  return {
    workspace: of('workspace')[0]?.rate ?? unknown,
    senderProfiles: of('sender_profile').map(({ key, rate }) => ({ senderProfileId: key, ...rate })),
    domains: of('domain').map(({ key, rate }) => ({ domain: key, ...rate })),
  };
}

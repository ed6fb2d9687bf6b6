import type { Expectations } from '../nouns/facts.ts';
import type { Scenario, Wishes } from '../nouns/scenario.ts';
import { lossOf } from '../system/system.ts';

const usual: Expectations = {
  mayEventsBeLate: false,
  allowedFailures: [],
  isNoAttemptSpent: false,
  answersWithinMs: null,
  mailAgainWithinMs: null,
  sendsWithinMs: null,
  areFailuresRetried: false,
  areEventsComplete: true,
};

/**
 * What is expected of a scenario as it was asked for: events that are delayed may be late, and a held doubt may fail.
 */
export function expectationsOf(scenario: Scenario, wishes: Wishes): Expectations {
  const isLossy = lossOf({ scenario, wishes }) > 0;
  const { policy } = wishes;
  const { delayMs = 0, shuffle = false } = scenario.system?.events ?? {};
  return {
    ...usual,
    areEventsComplete: !isLossy,
    mayEventsBeLate: delayMs > 0 || shuffle,
    ...(policy === 'hold' ? { allowedFailures: ['in_doubt'] } : {}),
    ...scenario.expects,
  };
}

import type { Expectations } from '../facts/facts.ts';
import type { Scenario, Wishes } from '../scenarios/scenario.ts';
import { lossOf } from '../system/system.ts';

const usual: Expectations = {
  maxDoubledShare: 0,
  allowedFailures: [],
  isNoAttemptSpent: false,
  answersWithinMs: null,
  mailAgainWithinMs: null,
  sendsWithinMs: null,
  areEventsComplete: true,
};

/** What is expected of a scenario as it was asked for: events that are lost may double a send, or leave it unknown. */
export function expectationsOf(scenario: Scenario, wishes: Wishes): Expectations {
  const isLossy = lossOf({ scenario, wishes }) > 0;
  const { policy } = wishes;
  return {
    ...usual,
    areEventsComplete: !isLossy,
    ...(isLossy && policy === 'resend' ? { maxDoubledShare: 0.002 } : {}),
    ...(policy === 'hold' ? { allowedFailures: ['in_doubt'] } : {}),
    ...scenario.expects,
  };
}

import type { Disturbance } from '../inject/disturbance.ts';
import { exhaustConnections, killPostgres, lockSends, terminateBackends } from '../inject/postgres.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { type Interrupted, interrupted } from './interrupted.ts';

type Lengths = Interrupted['short'];

/** The API can store no event meanwhile, and SES tries again later and later. */
const without = (
  name: string,
  about: string,
  [disturb, short, long]: readonly [Disturbance, Lengths, Lengths],
): Scenario => {
  const expects = { mailAgainWithinMs: 10_000, mayEventsBeLate: true };
  return interrupted({ name: `postgres-${name}`, about, short, long, expects, disturb });
};

/** Scenarios about PostgreSQL: without it nothing is accepted, and nothing that was is lost. */
export const postgresScenarios: readonly Scenario[] = [
  without('kill', 'SIGKILL for PostgreSQL and a restart', [killPostgres, [0.5, 2], [1, 5, 20, 60]]),
  without('terminate', 'every backend is terminated again and again', [terminateBackends, [4], [10, 30]]),
  without('lock', 'email_sends is locked for longer than any statement may wait', [lockSends, [11], [30]]),
  without('exhausted', 'PostgreSQL has no connection left', [exhaustConnections, [4], [30]]),
];

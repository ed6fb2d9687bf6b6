import { eventScenarios } from './events.ts';
import { poisonScenarios } from './poison.ts';
import { postgresScenarios } from './postgres.ts';
import { processScenarios } from './processes.ts';
import { redisScenarios } from './redis.ts';
import type { Scenario } from './scenario.ts';
import { sesScenarios } from './ses.ts';
import { soak } from './soak.ts';
import { twoAtOnce } from './two-at-once.ts';

/** Every way to break the system, by name. */
export const scenarios: readonly Scenario[] = [
  ...processScenarios,
  ...redisScenarios,
  ...postgresScenarios,
  ...sesScenarios,
  ...eventScenarios,
  ...poisonScenarios,
  twoAtOnce,
  soak,
];

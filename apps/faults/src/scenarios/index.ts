import { eventScenarios } from './events.ts';
import { poisonScenarios } from './poison.ts';
import { postgresScenarios } from './postgres.ts';
import { processScenarios } from './processes.ts';
import { redisScenarios } from './redis.ts';
import type { Scenario } from './scenario.ts';
import { sesScenarios } from './ses.ts';
import { soak } from './soak.ts';
import { twoAtOnce } from './two-at-once.ts';

const kinds: readonly (readonly Scenario[])[] = [
  processScenarios,
  redisScenarios,
  postgresScenarios,
  sesScenarios,
  eventScenarios,
  [...poisonScenarios, twoAtOnce, soak],
];

const mostOfAKind = Math.max(...kinds.map(({ length }) => length));

/**
 * Every way to break the system, by name. Neighbours are of different kinds: where some run at once, they do not all
 * start processes, or all wait, at the same time.
 */
export const scenarios: readonly Scenario[] = Array.from({ length: mostOfAKind }, (_, at) =>
  kinds.flatMap((kind) => kind[at] ?? []),
).flat();

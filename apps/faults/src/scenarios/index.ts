import { type Random, shuffled } from '@postroom/servers';
import type { Scenario, Wishes } from '../nouns/scenario.ts';
import { accountAway } from './accounts.ts';
import { actions } from './actions.ts';
import { callerScenarios } from './callers.ts';
import { clicks } from './clicks.ts';
import { workersComeAndGo } from './come-and-go.ts';
import { erasing } from './erasing.ts';
import { eventScenarios } from './events.ts';
import { poisonScenarios } from './poison.ts';
import { postgresScenarios } from './postgres.ts';
import { processScenarios } from './processes.ts';
import { redisScenarios } from './redis.ts';
import { rollingUpdate } from './rolling-update.ts';
import { sesScenarios } from './ses.ts';
import { smtpKilled } from './smtp.ts';
import { soak } from './soak.ts';
import { twoAtOnce } from './two-at-once.ts';
import { webhooks } from './webhooks.ts';

/** The scenarios by what they break. */
const kinds: readonly (readonly Scenario[])[] = [
  [...processScenarios, workersComeAndGo, rollingUpdate],
  redisScenarios,
  postgresScenarios,
  sesScenarios,
  eventScenarios,
  [
    ...poisonScenarios,
    ...callerScenarios,
    accountAway,
    actions,
    clicks,
    erasing,
    webhooks,
    smtpKilled,
    twoAtOnce,
    soak,
  ],
];

/** Every way to break the system, by name. */
export const scenarios: readonly Scenario[] = kinds.flat();

/** Those that can be run with what was given. */
export const runnableWith = ({ before }: Pick<Wishes, 'before'>, from = scenarios): readonly Scenario[] =>
  from.filter(({ needsBefore = false }) => !needsBefore || before !== null);

/** So many of those that can be run, which the seed picks: one of each kind first, then any of the others. */
export function drawScenarios(
  count: number,
  random: Random,
  given: Pick<Wishes, 'before'>,
): readonly Scenario[] {
  const oneOfEach = kinds.flatMap((kind) => shuffled(runnableWith(given, kind), random).slice(0, 1));
  const others = shuffled(
    runnableWith(given).filter((scenario) => !oneOfEach.includes(scenario)),
    random,
  );
  return [...oneOfEach, ...others].slice(0, count);
}

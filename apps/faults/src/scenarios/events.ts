import { withSesFaults } from '../inject/ses.ts';
import { type Interrupted, interrupted } from './interrupted.ts';
import { lostAnswers } from './processes.ts';
import type { Scenario } from './scenario.ts';

/** Events decide what becomes of the calls whose answers were lost: many are, while the events misbehave. */
const disturb = withSesFaults('answers of SES are lost', [
  ...lostAnswers,
  { kind: 'resetAfterAccepting', probability: 0.1 },
]);

const withEvents = (
  name: string,
  about: string,
  events: NonNullable<Interrupted['system']>['events'],
  more: Partial<Interrupted> = {},
): Scenario => interrupted({ name, about, short: [5], long: [60], disturb, system: { events }, ...more });

/** Scenarios about SES's events. */
export const eventScenarios: readonly Scenario[] = [
  withEvents('events-late', 'events come 4 s late', { delayMs: 4_000 }),
  withEvents('events-doubled', 'every event comes twice', { duplicateFraction: 1 }),
  withEvents('events-disordered', 'events come in any order, up to 4 s late, half of them twice', {
    delayMs: 1_000,
    shuffle: true,
    duplicateFraction: 0.5,
  }),
  withEvents('events-lost', '2 % of the events never come', { loseFraction: 0.02 }),
];

import { eventually } from '@postroom/testkit';
import type { Disturbance } from '../inject/disturbance.ts';
import { killApiWithEvents } from '../inject/events.ts';
import { killPostgres } from '../inject/postgres.ts';
import { killWorker } from '../inject/processes.ts';
import { lostAnswers, withSesFaults } from '../inject/ses.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { countOpen } from '../system/read-facts.ts';
import { type Interrupted, interrupted } from './interrupted.ts';

/** Events decide what becomes of the calls whose answers were lost: many are, while the events misbehave. */
const disturb = withSesFaults('answers of SES are lost', [
  ...lostAnswers,
  { kind: 'resetAfterAccepting', probability: 0.1 },
]);

type Events = NonNullable<NonNullable<Interrupted['system']>['events']>;

/** Reports what the events were to suffer, and none did. */
function expectMisbehaviour(
  { stack, fail }: Context,
  { loseFraction = 0, duplicateFraction = 0 }: Events,
): void {
  const { lost = 0, duplicated = 0 } = stack.ses.events?.counts() ?? {};
  if (loseFraction > 0 && lost === 0) fail('no event of SES was lost');
  if (duplicateFraction > 0 && duplicated === 0) fail('no event of SES came twice');
}

function withEvents(name: string, about: string, events: Events, more: Partial<Interrupted> = {}): Scenario {
  const { disturb: disturbIt = disturb, ...rest } = more;
  const proven: Disturbance = async (context, forMs) => {
    await disturbIt(context, forMs);
    expectMisbehaviour(context, events);
  };
  return interrupted({ name, about, short: [5], long: [60], disturb: proven, system: { events }, ...rest });
}

/** Kills workers at moments that the seed picks, some of them with events in hand. */
async function killReaders(context: Context): Promise<void> {
  const { kills, seconds } = context.size;
  for (let done = 0; done < kills; done += 1) {
    await context.pause(((seconds * 1_000) / kills) * context.random());
    await killWorker(context, 0);
  }
}

/** How long the sends and their events may take when nothing is broken any more, in milliseconds. */
const readWithinMs = 240_000;

/** Resolves when every send is at its end and every event of them was taken from the queue. */
async function untilEventsAreRead({ stack, signal }: Context): Promise<void> {
  const isRead = async () =>
    signal.aborted ||
    ((await countOpen(stack.database)) === 0 &&
      stack.ses.events?.counts().pending === 0 &&
      stack.eventQueue?.queue.left().length === 0);
  await eventually(isRead, { timeoutMs: readWithinMs, intervalMs: 200, what: 'Every event to be read' });
}

/** It waits for what comes of it: nobody else looks into the queue. */
const eventsQueue: Scenario = {
  name: 'events-queue',
  about: 'SES’s events come through a queue, doubled and in any order, while workers are killed',
  system: {
    workers: 3,
    events: { isQueued: true, duplicateFraction: 1, shuffle: true },
    // What a killed worker had in hand comes late.
    hasty: { inDoubtWindowMs: 20_000 },
  },
  short: { sends: 240, kills: 2, seconds: 8 },
  long: { sends: 4_000, kills: 30, seconds: 120 },
  run: async (context) => {
    await Promise.all([disturb(context, context.size.seconds * 1_000), killReaders(context)]);
  },
  after: untilEventsAreRead,
};

/** Events misbehave as badly as they can while nobody can store them. */
const eventsWithoutPostgres = interrupted({
  name: 'events-postgres-away',
  about: 'events come doubled and in any order, while PostgreSQL is killed and restarted',
  short: [2],
  long: [5, 20],
  system: { events: { delayMs: 500, shuffle: true, duplicateFraction: 1 } },
  expects: { mailAgainWithinMs: 10_000, mayEventsBeLate: true },
  disturb: async (context, forMs) => {
    await killPostgres(context, forMs);
    expectMisbehaviour(context, { duplicateFraction: 1 });
  },
});

/** What was in the group is answered by nobody, and comes again. */
const eventsApiKilled = interrupted({
  name: 'events-api-killed',
  about: 'the API is killed in the middle of a group of events, half of which come twice',
  short: [1],
  long: [1, 2, 1, 2, 1],
  system: { events: { duplicateFraction: 0.5 } },
  expects: { mayEventsBeLate: true },
  disturb: killApiWithEvents,
});

const late: Events = { delayMs: 4_000 };

/** Scenarios about SES's events. */
export const eventScenarios: readonly Scenario[] = [
  withEvents('events-late', 'events come 4 s late', late, {
    // However slow the machine is, they come within the window, whose end nobody waits for.
    system: { events: late, hasty: { inDoubtWindowMs: 60_000 } },
  }),
  withEvents('events-doubled', 'every event comes twice', { duplicateFraction: 1 }),
  withEvents('events-disordered', 'events come in any order, up to 4 s late, half of them twice', {
    delayMs: 1_000,
    shuffle: true,
    duplicateFraction: 0.5,
  }),
  withEvents('events-lost', '2 % of the events never come', { loseFraction: 0.02 }),
  withEvents(
    'events-mostly-lost',
    'half of the events never come, so that of some doubts SES reports nothing',
    { loseFraction: 0.5 },
    { short: [3] },
  ),
  eventsQueue,
  eventsWithoutPostgres,
  eventsApiKilled,
];

import { createGrouper } from '../grouper.ts';
import { judgeInTurn } from '../rates/judge-in-turn.ts';
import type { JudgeRatesDeps } from '../rates/judge-rates.ts';
import type { ProviderEvent } from '../send/provider-outcome.ts';

/** What the part of an outcome of stored events has that rates are judged by. */
type Rated = { readonly ratedWorkspaceIds: readonly string[] };

/** The events of one message of the provider, and how long that was, in characters. */
export type EventMessage = { readonly events: readonly ProviderEvent[]; readonly length: number };

export type EventTakerDeps<Outcome extends Rated> = JudgeRatesDeps & {
  /** Idempotent: the same events may come again, in any order. */
  readonly record: (events: readonly ProviderEvent[]) => Promise<Outcome>;
  /** Whether an error says nothing of the events that it kept from being recorded. */
  readonly isOfAll: (error: unknown) => boolean;
  /** Hears what events, so many, came to. */
  readonly onRecorded: (events: number, outcome: Outcome) => void;
  /** Hears why rates could not be judged: the next look at them does it. */
  readonly onUnjudged: (error: unknown) => void;
};

/** Messages of which the events share a statement, and statements at once: while one runs, the next group gathers. */
const groups = { maxSize: 50, maxWaitMs: 0, maxGroups: 3 } as const;

/** SNS posts at most 256 KiB, and SES's events are a hundredth of that. */
const maxLength = 1024 * 1024;

/**
 * Makes the function that records the events of a message, and at once judges the rates of those workspaces that they say
 * something bad of. It resolves when they are committed. Messages that come together are recorded together; one that cannot
 * be recorded keeps none of the others from it.
 */
export function createEventTaker<Outcome extends Rated>(
  deps: EventTakerDeps<Outcome>,
): (message: EventMessage) => Promise<void> {
  const judge = judgeInTurn(deps);
  const take = createGrouper<EventMessage, true>({
    ...groups,
    weight: { of: ({ length }) => length, max: maxLength },
    isOfAll: deps.isOfAll,
    run: async (messages) => {
      const events = messages.flatMap((message) => message.events);
      const outcome = await deps.record(events);
      deps.onRecorded(events.length, outcome);
      await judge(outcome.ratedWorkspaceIds).catch(deps.onUnjudged);
      return messages.map(() => true);
    },
  });
  return async (message) => {
    await take(message);
  };
}

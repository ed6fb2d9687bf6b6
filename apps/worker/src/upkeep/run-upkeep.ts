import { type JudgeRatesDeps, judgeRates } from '@postroom/core';
import type { EventStore, RateStore, TidyStore } from '@postroom/db';
import type { RecurringErrors } from '@postroom/process';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Between two pieces, in milliseconds, so that they never take more than a part of PostgreSQL. */
const restMs = 20;

/** The longest pause while pieces fail, in milliseconds. */
const longestPauseMs = 60_000;

/** Workspaces that are judged, and events that are looked at, in one piece. */
const pieceSize = 100;

type UpkeepDeps = {
  readonly rates: Pick<RateStore, 'suspects'>;
  readonly judge: JudgeRatesDeps;
  readonly events: Pick<EventStore, 'matchLate'>;
  readonly tidy: Pick<TidyStore, 'tidy'>;
};

/**
 * Looks every `intervalMs` at what no event brings about: rates that more deliveries made say something, or that whoever
 * stored the events did not live to judge; events of sends that were not known; and what has expired.
 */
export function runUpkeep(
  { rates, judge, events, tidy }: UpkeepDeps,
  options: { readonly intervalMs: number; readonly errors: RecurringErrors },
): { stop(): Promise<void> } {
  let after: string | null = null;
  return runRepeatedly(
    async () => {
      const suspects = await rates.suspects(after, pieceSize);
      await judgeRates(judge, suspects);
      after = suspects.length < pieceSize ? null : (suspects.at(-1) ?? null);
      const { hasMore } = await events.matchLate(pieceSize);
      const hasMoreToTidy = await tidy.tidy();
      return after !== null || hasMore || hasMoreToTidy
        ? { kind: 'more', afterMs: restMs }
        : { kind: 'idle' };
    },
    { ...options, longestPauseMs, failure: 'upkeep_failed' },
  );
}

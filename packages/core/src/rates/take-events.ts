import type { ProviderEvent } from '../send/provider-outcome.ts';
import { type JudgeRatesDeps, judgeRates } from './judge-rates.ts';

/** What the part of an outcome of stored events has that rates are judged by. */
type Rated = { readonly ratedWorkspaceIds: readonly string[] };

export type TakeEventsDeps<Outcome extends Rated> = JudgeRatesDeps & {
  /** Idempotent: the same events may come again, in any order. */
  readonly record: (events: readonly ProviderEvent[]) => Promise<Outcome>;
  /** Hears why rates could not be judged: the next look at them does it. */
  readonly onUnjudged: (error: unknown) => void;
};

/** Records events of the provider, and at once judges the rates of those workspaces that they say something bad of. */
export async function takeEvents<Outcome extends Rated>(
  deps: TakeEventsDeps<Outcome>,
  events: readonly ProviderEvent[],
): Promise<Outcome> {
  const outcome = await deps.record(events);
  try {
    await judgeRates(deps, outcome.ratedWorkspaceIds);
  } catch (error) {
    deps.onUnjudged(error);
  }
  return outcome;
}

import { type JudgeRatesDeps, judgeRates } from './judge-rates.ts';

/** Judges the rates of workspaces, by what was stored when it is asked. */
type Judge = (workspaceIds: readonly string[]) => Promise<void>;

/**
 * Judges one look at a time: a look adds up a day of each workspace, and whoever asks while one is under way shares the next
 * one. So a storm of bounces costs one look after the other, however many requests bring it.
 */
export function judgeInTurn(deps: JudgeRatesDeps): Judge {
  let last: Promise<void> = Promise.resolve();
  let next: { readonly ids: Set<string>; readonly done: Promise<void> } | null = null;
  const lookAfter = async (before: Promise<void>, ids: ReadonlySet<string>) => {
    // Whoever shared that look has heard of its failure.
    await before.catch(() => undefined);
    next = null;
    await judgeRates(deps, [...ids]);
  };
  return async (workspaceIds) => {
    if (workspaceIds.length === 0) return;
    if (next === null) {
      const ids = new Set<string>();
      last = lookAfter(last, ids);
      next = { ids, done: last };
    }
    for (const id of workspaceIds) next.ids.add(id);
    await next.done;
  };
}

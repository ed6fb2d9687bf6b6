import type { Now } from '@postroom/contracts';
import { type RecentFailuresDeps, recentFailures, recentFailuresOfAll } from '../change/recent-failures.ts';
import { within } from '../within.ts';
import { sourceBudgetMs, type Viewer, viewerKey } from './now-sources.ts';
import { presentFailures } from './present-now.ts';

/** Counts the failures of viewers, and answers what is known of each; null: what knows it did not answer. Never rejects. */
export type CountFailures = (viewers: readonly Viewer[]) => Promise<(viewer: Viewer) => Now['failures']>;

/** How long what was counted for a viewer is told while there is no time to count it again, in milliseconds. */
const keptMs = 300_000;

const seesFailures = ({ seesMail, isHost = false }: Viewer) => seesMail || isHost;

/**
 * All viewers of one count share one budget and are counted for one after another: first whoever has waited longest, with the whole
 * of it. Those whom it does not reach, or cuts short, keep what they were told last, and come first with the next count.
 */
export function createFailureCounts(
  failures: RecentFailuresDeps['failures'],
  nowMs: () => number = () => performance.now(),
): CountFailures {
  const deps = { failures, now: () => new Date() };
  const told = new Map<string, { readonly failures: Now['failures']; readonly atMs: number }>();
  /** When each was counted for last, or tried: kept for as long as it waits, however long ago that was. */
  const triedAt = new Map<string, number>();
  const countFor = (viewer: Viewer) =>
    (viewer.isHost ? recentFailuresOfAll(deps) : recentFailures(deps, viewer)).then(
      (found) => ({ failures: presentFailures(found, new Date()) }),
      () => ({ failures: null }),
    );
  const forgetOld = (since: number, waiting: ReadonlyMap<string, Viewer>) => {
    for (const [key, { atMs }] of told) if (atMs < since) told.delete(key);
    for (const [key, atMs] of triedAt) if (atMs < since && !waiting.has(key)) triedAt.delete(key);
  };
  return async (viewers) => {
    const beganAt = nowMs();
    const byKey = new Map(viewers.filter(seesFailures).map((viewer) => [viewerKey(viewer), viewer]));
    forgetOld(beganAt - keptMs, byKey);
    const waitsSince = (key: string) => triedAt.get(key) ?? 0;
    const keys = [...byKey.keys()].sort((one, other) => waitsSince(one) - waitsSince(other));
    for (const [at, key] of keys.entries()) {
      const leftMs = beganAt + sourceBudgetMs - nowMs();
      const viewer = byKey.get(key);
      if (leftMs <= 0 || viewer === undefined) break;
      const counted = await within(countFor(viewer), leftMs);
      if (counted === null && at > 0) break;
      triedAt.set(key, nowMs());
      if (counted !== null) told.set(key, { failures: counted.failures, atMs: nowMs() });
    }
    return (viewer) => told.get(viewerKey(viewer))?.failures ?? null;
  };
}

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
  const countFor = (viewer: Viewer) =>
    (viewer.isHost ? recentFailuresOfAll(deps) : recentFailures(deps, viewer)).then(
      (found) => ({ failures: presentFailures(found, new Date()) }),
      () => ({ failures: null }),
    );
  return async (viewers) => {
    const beganAt = nowMs();
    for (const [key, { atMs }] of told) if (atMs < beganAt - keptMs) told.delete(key);
    const waitsSince = (key: string) => told.get(key)?.atMs ?? 0;
    const byKey = new Map(viewers.filter(seesFailures).map((viewer) => [viewerKey(viewer), viewer]));
    const keys = [...byKey.keys()].sort((one, other) => waitsSince(one) - waitsSince(other));
    for (const [at, key] of keys.entries()) {
      const leftMs = beganAt + sourceBudgetMs - nowMs();
      const viewer = byKey.get(key);
      if (leftMs <= 0 || viewer === undefined) break;
      const counted = await within(countFor(viewer), leftMs);
      if (counted === null && at > 0) break;
      told.set(key, { failures: counted?.failures ?? null, atMs: nowMs() });
    }
    return (viewer) => told.get(viewerKey(viewer))?.failures ?? null;
  };
}

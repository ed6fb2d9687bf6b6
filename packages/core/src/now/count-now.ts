import type { Now } from '@postroom/contracts';
import { recentFailures, recentFailuresOfAll } from '../change/recent-failures.ts';
import type { SendOwner } from '../send/send.ts';
import { within } from '../within.ts';
import type { createAcceptedMinutes } from './accepted-minutes.ts';
import type { NowSources, Viewer } from './now-sources.ts';
import { presentBacklogs, presentFailures, presentWaiting } from './present-now.ts';

/** The longest that a source is waited for, in milliseconds: what does not answer is not told. */
export const sourceBudgetMs = 1_500;

/** What was counted for a viewer; null: what knows it did not answer. */
export type CountedNow = Pick<Now, 'countedAt' | 'waiting' | 'failures' | 'backlogs'>;

/** Viewers who are told the same. */
export const viewerKey = ({ workspaceId, isSimulated, seesMail, isOperator, isHost = false }: Viewer) =>
  [workspaceId, isSimulated, seesMail, isOperator, isHost].join(' ');

const isOf =
  ({ workspaceId, isSimulated }: SendOwner) =>
  (owned: SendOwner) =>
    owned.workspaceId === workspaceId && owned.isSimulated === isSimulated;

const needsAll = ({ seesMail, isOperator }: Viewer) => isOperator || !seesMail;

/** Counts the failures of one viewer after another, and leaves out those that it has no time for. */
async function countFailures({ operations }: NowSources, viewers: readonly Viewer[]) {
  const deps = { failures: operations, now: () => new Date() };
  const until = performance.now() + sourceBudgetMs;
  const read = new Map<string, Now['failures']>();
  for (const viewer of viewers) {
    const { seesMail, isHost = false } = viewer;
    const leftMs = until - performance.now();
    const key = viewerKey(viewer);
    if (leftMs <= 0 || read.has(key) || !(seesMail || isHost)) continue;
    const found = await within(isHost ? recentFailuresOfAll(deps) : recentFailures(deps, viewer), leftMs);
    read.set(key, found && presentFailures(found));
  }
  return read;
}

/** Counts for some viewers in one go what takes the longer the more there is. Answers by `viewerKey`; never rejects. */
export async function countNow(
  sources: NowSources,
  accepted: ReturnType<typeof createAcceptedMinutes>,
  viewers: readonly Viewer[],
): Promise<ReadonlyMap<string, CountedNow>> {
  const isAll = viewers.some(needsAll);
  const ids = [...new Set(viewers.map(({ workspaceId }) => workspaceId))];
  const [backlog, failures] = await Promise.all([
    within(sources.operations.countBacklogOf(isAll ? 'all' : ids), sourceBudgetMs),
    countFailures(sources, viewers),
    within(accepted.count(Date.now()), sourceBudgetMs),
  ]);
  const countedAt = new Date().toISOString();
  const all = isAll ? backlog : null;
  return new Map(
    viewers.map((viewer) => {
      const seen = viewer.seesMail ? backlog?.filter(isOf(viewer)) : all;
      const sameMode = all?.filter(({ isSimulated }) => isSimulated === viewer.isSimulated);
      const counted = {
        countedAt,
        waiting: seen == null ? null : presentWaiting(seen),
        backlogs: viewer.isOperator && sameMode !== undefined ? presentBacklogs(sameMode) : null,
        failures: failures.get(viewerKey(viewer)) ?? null,
      };
      return [viewerKey(viewer), counted];
    }),
  );
}

import type { Now } from '@postroom/contracts';
import type { SendOwner } from '../send/send.ts';
import { within } from '../within.ts';
import type { createAcceptedMinutes } from './accepted-minutes.ts';
import type { CountFailures } from './count-failures.ts';
import { type NowSources, sourceBudgetMs, type Viewer, viewerKey } from './now-sources.ts';
import { presentBacklogs, presentWaiting } from './present-now.ts';

/** What was counted for a viewer; null: what knows it did not answer. */
export type CountedNow = Pick<Now, 'countedAt' | 'waiting' | 'failures' | 'backlogs'>;

const isOf =
  ({ workspaceId, isSimulated }: SendOwner) =>
  (owned: SendOwner) =>
    owned.workspaceId === workspaceId && owned.isSimulated === isSimulated;

const needsAll = ({ seesMail, isOperator }: Viewer) => isOperator || !seesMail;

type CountNowDeps = Pick<NowSources, 'operations'> & {
  readonly accepted: ReturnType<typeof createAcceptedMinutes>;
  readonly countFailures: CountFailures;
};

/** Counts for some viewers in one go what takes the longer the more there is. Answers by `viewerKey`; never rejects. */
export async function countNow(
  { operations, accepted, countFailures }: CountNowDeps,
  viewers: readonly Viewer[],
): Promise<ReadonlyMap<string, CountedNow>> {
  const isAll = viewers.some(needsAll);
  const ids = [...new Set(viewers.map(({ workspaceId }) => workspaceId))];
  const [backlog, failures] = await Promise.all([
    within(operations.countBacklogOf(isAll ? 'all' : ids), sourceBudgetMs),
    countFailures(viewers),
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
        failures: failures(viewer),
      };
      return [viewerKey(viewer), counted];
    }),
  );
}

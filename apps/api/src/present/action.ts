import type { ActionResource } from '@postroom/contracts';
import type { StoredAction } from '@postroom/db';

/** How far an action is. */
export const presentAction = ({
  id,
  action,
  state,
  matched,
  matchedIsEstimate,
  done,
  refused,
  createdAt,
  finishedAt,
}: StoredAction): ActionResource => ({
  id,
  action,
  state,
  matched,
  matchedIsEstimate,
  done,
  refused,
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});

import { type ActionResource, type ListedAction, sendsFilterSchema } from '@postroom/contracts';
import { presentFilter } from '@postroom/core';
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

/** The same with what it is about; of a condition that this version does not know nothing is told. */
export const presentListedAction = (action: StoredAction): ListedAction => ({
  ...presentAction(action),
  filter: presentFilter(sendsFilterSchema.safeParse(action.asked).data ?? {}),
});

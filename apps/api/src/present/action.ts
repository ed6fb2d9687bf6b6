import {
  type ActionResource,
  type AskedFilter,
  type ListedAction,
  type ShownFilter,
  sendsFilterSchema,
} from '@postroom/contracts';
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

/** A filter as a list's query has it. */
export const presentFilter = (filter: AskedFilter): ShownFilter =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value instanceof Date ? value.toISOString() : value]],
    ),
  );

/** The same with what it is about; of a condition that this version does not know nothing is told. */
export const presentListedAction = (action: StoredAction): ListedAction => ({
  ...presentAction(action),
  filter: presentFilter(sendsFilterSchema.safeParse(action.asked).data ?? {}),
});

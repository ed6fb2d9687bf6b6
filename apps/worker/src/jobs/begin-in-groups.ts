import { type ClaimedSend, createGrouper, type DeliverDeps } from '@postroom/core';
import { AttemptStore, type Sql } from '@postroom/db';
import { statementGroup } from './claim-in-groups.ts';

/** Writes down in groups that calls begin: those whose moments were given together share a statement. */
export function beginInGroups(sql: Sql): DeliverDeps['begin'] {
  const attempts = new AttemptStore(sql);
  return createGrouper<ClaimedSend, boolean>({
    ...statementGroup,
    run: async (sends) => {
      const begun = await attempts.begin(sends.map((send) => ({ ...send, sendId: send.id })));
      return sends.map(({ leaseToken }) => begun.has(leaseToken));
    },
  });
}

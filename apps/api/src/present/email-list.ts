import { type EmailList, encodeCursor } from '@postroom/contracts';
import type { PageOfSends, SendsCount } from '@postroom/db';
import { presentEmailDetail } from './email-record.ts';

/** A page of sends, with how many there are in all. One that stopped before it was full is gone on with from there. */
export function presentEmailList(
  { items, hasMore, stoppedAt }: PageOfSends,
  { count, isEstimate }: SendsCount,
): EmailList {
  const next = hasMore ? (items.at(-1)?.id ?? null) : stoppedAt;
  return {
    emails: items.map(presentEmailDetail),
    count,
    count_is_estimate: isEstimate,
    next_cursor: next === null ? null : encodeCursor(next),
  };
}

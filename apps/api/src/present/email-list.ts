import { type EmailList, encodeCursor } from '@postroom/contracts';
import type { StoredSend } from '@postroom/core';
import type { Page, SendsCount } from '@postroom/db';
import { presentEmailDetail } from './email-record.ts';

/** A page of sends, with how many there are in all. */
export function presentEmailList(
  { items, hasMore }: Page<StoredSend>,
  { count, isEstimate }: SendsCount,
): EmailList {
  const last = items.at(-1);
  return {
    emails: items.map(presentEmailDetail),
    count,
    count_is_estimate: isEstimate,
    next_cursor: hasMore && last !== undefined ? encodeCursor(last.id) : null,
  };
}

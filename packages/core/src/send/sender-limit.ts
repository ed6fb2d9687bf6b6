import type { SendOwner } from './send.ts';
import type { SendsFilter } from './sends-filter.ts';

type Limited = Pick<SendOwner, 'senderProfileIds'>;

/** Whether what is of a sender profile, or of none, is there for a caller. */
export const isOfSenders = ({ senderProfileIds }: Limited, id: string | null): boolean =>
  senderProfileIds == null || (id !== null && senderProfileIds.includes(id));

/** A filter that lets nothing through but what is there for its caller. */
export function withinSenders({ senderProfileIds }: Limited, filter: SendsFilter): SendsFilter {
  if (senderProfileIds == null) return filter;
  const asked = filter.senderProfileIds ?? senderProfileIds;
  return { ...filter, senderProfileIds: asked.filter((id) => senderProfileIds.includes(id)) };
}

import { type Address, addressKey } from '@postroom/contracts';
import { isErased } from '../send/recipient-places.ts';
import type { ClaimedSend, Consent, DroppedCopy } from './claim.ts';

type Addressed = Pick<
  ClaimedSend,
  'bcc' | 'cc' | 'consent' | 'dialect' | 'subscriptionGroupId' | 'to' | 'toOthers'
>;

/** Who gets the message of a send. */
export type Receivers = {
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
};

/** Whether the primary recipient of a send is not to get it. */
const isPrimaryRefused = ({ isSuppressed, isUnsubscribed }: Consent): boolean =>
  isSuppressed || isUnsubscribed;

/** Whether an address gets the message of a send: not that of who refused it, and none in the place of who was erased. */
export function mayReceiveOf({
  consent,
  to,
}: Pick<Addressed, 'consent' | 'to'>): (address: Address) => boolean {
  const refused = new Set(consent.refusedCopies);
  if (isPrimaryRefused(consent)) refused.add(addressKey(to.email));
  return (address) => !isErased(address) && !refused.has(addressKey(address.email));
}

/** Each recipient of a send is judged alone: it goes to those who are left. */
export function receiversOf(send: Addressed): Receivers {
  const mayReceive = mayReceiveOf(send);
  const others = send.toOthers.filter(mayReceive);
  return {
    to: isPrimaryRefused(send.consent) ? others : [send.to, ...others],
    cc: send.cc.filter(mayReceive),
    bcc: send.bcc.filter(mayReceive),
  };
}

/**
 * Those of whom one has to get a send, if it is to go out. A copy of what a template made for its recipient is nothing without
 * them; an email goes to whoever is left, but mail of a group not to blind copies alone, of whom the link to leave could be that
 * of one.
 */
export function neededAmong(
  { to, cc, bcc }: Receivers,
  { dialect, isOfGroup }: { readonly dialect: ClaimedSend['dialect']; readonly isOfGroup: boolean },
): readonly Address[] {
  if (dialect === 'items') return to;
  return [...to, ...cc, ...(isOfGroup ? [] : bcc)];
}

/** Whether somebody is left whom a send is for. */
export function isForAnybody(send: Addressed): boolean {
  const { dialect, subscriptionGroupId } = send;
  return neededAmong(receiversOf(send), { dialect, isOfGroup: subscriptionGroupId !== null }).length > 0;
}

/** The first who gets a send, and their number among all whom it names: 0 is the primary recipient. Them, if nobody does. */
export function firstReceiver(send: Pick<Addressed, 'bcc' | 'cc' | 'consent' | 'to' | 'toOthers'>): {
  readonly place: number;
  readonly email: string;
} {
  if (!isPrimaryRefused(send.consent)) return { place: 0, email: send.to.email };
  const all = [send.to, ...send.toOthers, ...send.cc, ...send.bcc];
  const place = Math.max(0, all.findIndex(mayReceiveOf(send)));
  return { place, email: (all[place] ?? send.to).email };
}

/** The recipients of a send that its message goes without, by their places: an address is told nowhere. */
export function droppedCopies({ to, toOthers, cc, bcc, consent }: Addressed): readonly DroppedCopy[] {
  const { refusedCopies, suppressedCopies = [] } = consent;
  const isPrimaryDropped = isPrimaryRefused(consent);
  if (refusedCopies.length === 0 && !isPrimaryDropped) return [];
  const refused = new Set(refusedCopies);
  const suppressed = new Set(suppressedCopies);
  if (isPrimaryDropped) refused.add(addressKey(to.email));
  if (consent.isSuppressed) suppressed.add(addressKey(to.email));
  const of = (list: readonly Address[], place: (at: number) => string) =>
    list.flatMap((address, at): DroppedCopy[] => {
      const key = addressKey(address.email);
      const reason = suppressed.has(key) ? 'suppressed' : 'unsubscribed';
      return refused.has(key) && !isErased(address) ? [{ recipient: place(at), reason }] : [];
    });
  return [
    ...of([to, ...toOthers], (at) => (at === 0 ? 'to' : `to[${at}]`)),
    ...of(cc, (at) => `cc[${at}]`),
    // Which of them would tell who they are.
    ...of(bcc, () => 'bcc'),
  ];
}

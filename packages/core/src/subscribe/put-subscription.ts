import type { GroupConfirmation, SubscriptionStatus } from '@postroom/contracts';
import type { AcceptBatchDeps } from '../accept/accept-deps.ts';
import { acceptItemsBatch } from '../accept/accept-items-batch.ts';
import type { Rejection } from '../accept/item-outcome.ts';
import { PostroomError } from '../postroom-error.ts';
import type { ResourceRef } from '../resource-ref.ts';
import { type CheckConfirmationDeps, confirmationProblem } from './confirmation.ts';

/** Whom a subscription is about: a profile, or all that share an address. */
export type Subscriber = { readonly profileId: string } | { readonly email: string };

/** How a subscription is to stand; `as_it_is`: who said nothing becomes subscribed, and nothing else changes. */
export type WantedStanding = SubscriptionStatus | 'as_it_is';

/** What one profile said about one group. */
export type KeptSubscription = {
  readonly groupId: string;
  readonly profileId: string;
  readonly subscribed: boolean;
  readonly pending: boolean;
  readonly updatedAt: Date;
};

/** How one profile stands with a group; null where it said nothing, or another mailbox did that it had before. */
export type SubscriberStanding = {
  readonly profileId: string;
  readonly subscribed: boolean | null;
  readonly pending: boolean | null;
  readonly updatedAt: Date | null;
  /** How many mails have asked it to confirm, and whether another one may. */
  readonly asks: number;
  readonly mayAsk: boolean;
};

type Group = ResourceRef & {
  readonly type: 'OptIn' | 'OptOut';
  readonly confirmation: GroupConfirmation | null;
};

export type PutSubscriptionDeps = Pick<CheckConfirmationDeps, 'hasConfirmUrl' | 'templates'> & {
  readonly accept: AcceptBatchDeps;
  readonly subscriptions: {
    set(group: ResourceRef, who: Subscriber, wanted: WantedStanding): Promise<KeptSubscription | null>;
    /** Of all that share the address: the one meant first, of several the one that mail to it would be sent for. */
    standings(group: ResourceRef, who: Subscriber): Promise<readonly SubscriberStanding[]>;
  };
};

/**
 * Keeps what a client says of a recipient and a group; null when there is no such profile. Where the group asks for a
 * confirmation, who does not get its mail yet becomes pending, in one statement with the mail that asks; who gets it already
 * stays subscribed.
 */
export async function putSubscription(
  deps: PutSubscriptionDeps,
  group: Group,
  { who, subscribed }: { readonly who: Subscriber; readonly subscribed: boolean },
): Promise<KeptSubscription | null> {
  if (!subscribed) return deps.subscriptions.set(group, who, 'unsubscribed');
  const { confirmation } = group;
  if (confirmation === null) return deps.subscriptions.set(group, who, 'subscribed');
  const standings = await deps.subscriptions.standings(group, who);
  const [first] = standings;
  if (first === undefined) return null;
  // Whoever leaves at this very moment stays unsubscribed.
  if (getsMail(group, standings)) return deps.subscriptions.set(group, who, 'as_it_is');
  if (!standings.every(({ mayAsk }) => mayAsk)) return deps.subscriptions.set(group, who, 'pending');
  await ask(deps, { ...group, confirmation }, { who, first, standings });
  const [after] = await deps.subscriptions.standings(group, who);
  return after === undefined ? null : asKept(group, after);
}

/** As mail is judged when it is claimed: each that said something wants it, or nobody did and the group asks for no consent. */
function getsMail({ type }: Group, standings: readonly SubscriberStanding[]): boolean {
  const said = standings.flatMap(({ subscribed }) => subscribed ?? []);
  return said.length === 0 ? type === 'OptOut' : said.every((subscribed) => subscribed);
}

function asKept({ id }: ResourceRef, { profileId, subscribed, pending, updatedAt }: SubscriberStanding) {
  // Somebody erased the person, unsubscribed them, or took the key of this very mail.
  if (subscribed === null || pending === null || updatedAt === null || !(subscribed || pending)) {
    throw new PostroomError('state_conflict', 'The subscription has changed meanwhile: try again.');
  }
  return { groupId: id, profileId, subscribed, pending, updatedAt };
}

type Asked = {
  readonly who: Subscriber;
  readonly first: SubscriberStanding;
  readonly standings: readonly SubscriberStanding[];
};

/**
 * Names this asking: of several requests at once, for the same address, one makes its mail. Each asking is counted for all
 * that share the address, so that whoever was asked most has a new number.
 */
function keyOf(groupId: string, standings: readonly SubscriberStanding[]): string {
  const [{ profileId, asks } = { profileId: '', asks: 0 }] = standings.toSorted(
    (a, b) => b.asks - a.asks || (a.profileId < b.profileId ? -1 : 1),
  );
  return `subscription-confirmation/${groupId}/${profileId}/${asks + 1}`;
}

/** Accepts the mail that asks, as any other. */
async function ask(
  { accept, templates, hasConfirmUrl }: PutSubscriptionDeps,
  { id, workspaceId, confirmation }: Group & { readonly confirmation: GroupConfirmation },
  { who, first, standings }: Asked,
): Promise<void> {
  const template = await templates.find({ workspaceId, id: confirmation.templateId });
  const problem = confirmationProblem({ hasConfirmUrl }, template);
  if (problem !== null) throw cannotAsk(`its template ${problem}`);
  if (accept.linkRefusal !== null) throw cannotAsk(`{{@confirmUrl}} ${accept.linkRefusal}`);
  const item = {
    idempotencyKey: keyOf(id, standings),
    ...confirmation,
    profileId: first.profileId,
    ...('email' in who ? { to: { email: who.email } } : {}),
  };
  const profileIds = standings.map(({ profileId }) => profileId);
  const { items } = await acceptItemsBatch(accept, {
    workspaceId,
    isSimulated: false,
    items: [item],
    defaults: {},
    confirmation: { groupId: id, profileIds },
  });
  const [outcome] = items;
  if (outcome?.kind === 'rejected' && outcome.code !== 'idempotency_key_reuse') throw refused(outcome);
}

const cannotAsk = (reason: string, details: object = {}) =>
  new PostroomError('unprocessable', `The mail that asks for a confirmation cannot be sent: ${reason}.`, {
    details: { ...details },
  });

const refused = ({ code, message, details }: Rejection) => cannotAsk(message, { reason: code, ...details });

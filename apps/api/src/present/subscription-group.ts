import type {
  SubscriptionGroupResource,
  SubscriptionResource,
  SubscriptionStatus,
} from '@postroom/contracts';
import type { StoredSubscription, StoredSubscriptionGroup } from '@postroom/db';

/** A group that recipients can subscribe to. */
export function presentSubscriptionGroup(group: StoredSubscriptionGroup): SubscriptionGroupResource {
  return {
    id: group.id,
    name: group.name,
    type: group.type,
    marketingDefault: group.marketingDefault,
    confirmation: group.confirmation,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  };
}

/** How a subscription stands, in one word. */
export const statusOf = ({
  subscribed,
  pending,
}: Pick<StoredSubscription, 'pending' | 'subscribed'>): SubscriptionStatus =>
  subscribed ? 'subscribed' : pending ? 'pending' : 'unsubscribed';

/** What one profile said about one group. */
export function presentSubscription(subscription: StoredSubscription): SubscriptionResource {
  return {
    groupId: subscription.groupId,
    profileId: subscription.profileId,
    subscribed: subscription.subscribed,
    status: statusOf(subscription),
    updatedAt: subscription.updatedAt.toISOString(),
  };
}

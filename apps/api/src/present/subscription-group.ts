import type { SubscriptionGroupResource, SubscriptionResource } from '@postroom/contracts';
import type { StoredSubscription, StoredSubscriptionGroup } from '@postroom/db';

/** A group that recipients can subscribe to. */
export function presentSubscriptionGroup(group: StoredSubscriptionGroup): SubscriptionGroupResource {
  return {
    id: group.id,
    name: group.name,
    type: group.type,
    marketingDefault: group.marketingDefault,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  };
}

/** What one profile said about one group. */
export function presentSubscription(subscription: StoredSubscription): SubscriptionResource {
  return {
    groupId: subscription.groupId,
    profileId: subscription.profileId,
    subscribed: subscription.subscribed,
    updatedAt: subscription.updatedAt.toISOString(),
  };
}

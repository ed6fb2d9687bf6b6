import type { ProfileResource } from '@postroom/contracts';
import type { StoredProfile } from '@postroom/db';
import { statusOf } from './subscription-group.ts';

/** A profile with what decides whether it gets mail. */
export function presentProfile(profile: StoredProfile): ProfileResource {
  return {
    id: profile.id,
    email: profile.email,
    externalId: profile.externalId,
    attributes: profile.attributes,
    deliverySuppression: profile.deliverySuppression,
    subscriptions: profile.subscriptions.map(({ groupId, subscribed, pending, updatedAt }) => ({
      groupId,
      subscribed,
      status: statusOf({ subscribed, pending }),
      updatedAt: updatedAt.toISOString(),
    })),
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
  };
}

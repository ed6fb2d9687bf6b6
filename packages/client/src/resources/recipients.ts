import type { Result } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type {
  CreateProfile,
  CreateSubscriptionGroup,
  CreateSuppression,
  Profile,
  ProfileFilters,
  SetSubscription,
  Subscription,
  SubscriptionGroup,
  Suppression,
  SuppressionImport,
} from '../types/resources.ts';
import { collection } from './collection.ts';

/** `/profiles`: known recipients. */
export function createProfiles(transport: Transport) {
  const isResource = hasFields<Profile>('id', 'attributes');
  const { create, get, list, listAll, update } = collection<Profile, CreateProfile, ProfileFilters>({
    transport,
    route: 'profiles',
    isResource,
  });
  return { create, get, list, listAll, update };
}

/** `/subscription-groups`: what recipients can subscribe to, and what each of them said. */
export function createSubscriptionGroups(transport: Transport) {
  const isResource = hasFields<SubscriptionGroup>('id', 'marketingDefault');
  const { act, create, get, list, listAll, update } = collection<SubscriptionGroup, CreateSubscriptionGroup>({
    transport,
    route: 'subscription-groups',
    isResource,
  });
  return {
    create,
    get,
    list,
    listAll,
    update,
    /** Says for one recipient, named by `profileId` or `email`, whether they receive this group. */
    setSubscription: (
      id: string,
      subscription: SetSubscription,
      options?: CallOptions,
    ): Promise<Result<Subscription>> =>
      act(
        {
          method: 'PUT',
          path: [id, 'subscriptions'],
          body: subscription,
          effect: 'idempotent',
          isAnswer: hasFields<Subscription>('groupId', 'subscribed'),
        },
        options,
      ),
  };
}

/** `/suppressions`: addresses that get no mail from the workspace; the address is the id. */
export function createSuppressions(transport: Transport) {
  const isResource = hasFields<Suppression>('email', 'reason');
  const { act, get, list, listAll, remove } = collection<Suppression, CreateSuppression>({
    transport,
    route: 'suppressions',
    isResource,
  });
  return {
    get,
    list,
    listAll,
    remove,
    /** Suppresses an address; one that is suppressed already is answered, so the request may be repeated. */
    create: (input: CreateSuppression, options?: CallOptions): Promise<Result<Suppression>> =>
      act({ method: 'POST', path: [], body: input, effect: 'idempotent', isAnswer: isResource }, options),
    /** Suppresses up to 1,000 addresses at once; when a request was repeated, `created` is about the last one. */
    import: (
      suppressions: readonly CreateSuppression[],
      options?: CallOptions,
    ): Promise<Result<SuppressionImport>> =>
      act(
        {
          method: 'POST',
          path: ['import'],
          body: { suppressions },
          effect: 'idempotent',
          isAnswer: hasFields<SuppressionImport>('total', 'created'),
        },
        options,
      ),
  };
}

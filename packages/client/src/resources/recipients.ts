import type { Result } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type {
  CreateErasure,
  CreateProfile,
  CreateSubscriptionGroup,
  Erasure,
  Profile,
  ProfileFilters,
  Rates,
  ResumedRates,
  ResumeRates,
  SetSubscription,
  Subscription,
  SubscriptionGroup,
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
  return {
    create,
    get,
    list,
    listAll,
    update,
    /** Erases the person: the profile and everything else that is kept of them. It cannot be undone. */
    erase: (id: string, options?: CallOptions): Promise<Result<Erasure>> =>
      transport.call({
        method: 'DELETE',
        path: ['profiles', id],
        query: { erase: 'true' },
        effect: 'idempotent',
        isAnswer: isErasure,
        options,
      }),
  };
}

const isErasure = hasFields<Erasure>('id', 'counts');

/** `/erasures`: persons of whom nothing is to be kept. */
export function createErasures(transport: Transport) {
  const { act, get } = collection<Erasure, CreateErasure>({
    transport,
    route: 'erasures',
    isResource: isErasure,
  });
  return {
    get,
    /** Erases a person by their address; while that is under way, asking again answers the same erasure. */
    create: (input: CreateErasure, options?: CallOptions): Promise<Result<Erasure>> =>
      act({ method: 'POST', path: [], body: input, effect: 'idempotent', isAnswer: isErasure }, options),
  };
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

/** `/rates`: how much of a day's mail bounced or was complained about, and what is paused because of it. */
export function createRates(transport: Transport) {
  return {
    get: (options?: CallOptions): Promise<Result<Rates>> =>
      transport.call({
        method: 'GET',
        path: ['rates'],
        effect: 'none',
        isAnswer: hasFields<Rates>('workspace', 'domains'),
        options,
      }),
    /** Lifts pauses of marketing mail: those that are named, or all. */
    resume: (which: ResumeRates = {}, options?: CallOptions): Promise<Result<ResumedRates>> =>
      transport.call({
        method: 'POST',
        path: ['rates', 'resume'],
        json: () => which,
        effect: 'idempotent',
        isAnswer: hasFields<ResumedRates>('resumed'),
        options,
      }),
  };
}

import { createErasureStore, type ErasureStore } from '../erasures/erasure-store.ts';
import type { PrismaClient } from '../generated/client.ts';
import { createDomainStore, type DomainStore } from './domain-store.ts';
import { type ApiKeyStore, createApiKeyStore } from './key-store.ts';
import { createProfileStore, type ProfileStore } from './profile-store.ts';
import { type SenderPolicy, strictSenderPolicy } from './sender-policy.ts';
import { createSenderProfileStore, type SenderProfileStore } from './sender-profile-store.ts';
import { createSubscriptionGroupStore, type SubscriptionGroupStore } from './subscription-group-store.ts';
import { createSubscriptionStore, type SubscriptionStore } from './subscription-store.ts';
import { createSuppressionStore, type SuppressionStore } from './suppression-store.ts';
import { createTemplateStore, type TemplateStore } from './template-store.ts';

/** What the resource routes keep, all in one database. */
export type ResourceStores = {
  readonly templates: TemplateStore;
  readonly senderProfiles: SenderProfileStore;
  readonly domains: DomainStore;
  readonly profiles: ProfileStore;
  readonly subscriptionGroups: SubscriptionGroupStore;
  readonly subscriptions: SubscriptionStore;
  readonly suppressions: SuppressionStore;
  readonly erasures: ErasureStore;
  readonly apiKeys: ApiKeyStore;
};

/** Keeps every resource in PostgreSQL. */
export function createResourceStores(
  prisma: PrismaClient,
  policy: SenderPolicy = strictSenderPolicy,
): ResourceStores {
  return {
    templates: createTemplateStore(prisma),
    senderProfiles: createSenderProfileStore(prisma, policy),
    domains: createDomainStore(prisma),
    profiles: createProfileStore(prisma),
    subscriptionGroups: createSubscriptionGroupStore(prisma),
    subscriptions: createSubscriptionStore(prisma),
    suppressions: createSuppressionStore(prisma),
    erasures: createErasureStore(prisma),
    apiKeys: createApiKeyStore(prisma),
  };
}

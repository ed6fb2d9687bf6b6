import { ErasureStore } from '../erasures/erasure-store.ts';
import type { PrismaClient } from '../generated/client.ts';
import { WebhookEndpointStore } from '../notify/endpoint-store.ts';
import { NoticeLogStore } from '../notify/notice-log-store.ts';
import { ApiKeyStore } from './api-key-store.ts';
import { DomainStore } from './domain-store.ts';
import { ProfileStore } from './profile-store.ts';
import { type SenderPolicy, strictSenderPolicy } from './sender-policy.ts';
import { SenderProfileStore } from './sender-profile-store.ts';
import { SubscriptionGroupStore } from './subscription-group-store.ts';
import { SubscriptionStore } from './subscription-store.ts';
import { SuppressionStore } from './suppression-store.ts';
import { TemplateStore } from './template-store.ts';

/** Keeps every resource in PostgreSQL. */
export function createResourceStores(prisma: PrismaClient, policy: SenderPolicy = strictSenderPolicy) {
  return {
    templates: new TemplateStore(prisma),
    senderProfiles: new SenderProfileStore(prisma, policy),
    domains: new DomainStore(prisma),
    profiles: new ProfileStore(prisma),
    subscriptionGroups: new SubscriptionGroupStore(prisma),
    subscriptions: new SubscriptionStore(prisma),
    suppressions: new SuppressionStore(prisma),
    erasures: new ErasureStore(prisma),
    apiKeys: new ApiKeyStore(prisma),
    webhooks: new WebhookEndpointStore(prisma),
    notices: new NoticeLogStore(prisma),
  };
}

/** What the resource routes keep, all in one database. */
export type ResourceStores = Readonly<ReturnType<typeof createResourceStores>>;

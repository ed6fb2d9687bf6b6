import type { ResourceStores } from '@postroom/db';
import type { Router } from 'express';
import { apiKeyRoutes } from './api-keys.ts';
import { type DomainRouteDeps, domainRoutes } from './domains.ts';
import { erasureRoutes } from './erasures.ts';
import { profileRoutes } from './profiles.ts';
import { type RateRouteDeps, rateRoutes } from './rates.ts';
import { type SenderProfileRouteDeps, senderProfileRoutes } from './sender-profiles.ts';
import { type SubscriptionGroupRouteDeps, subscriptionGroupRoutes } from './subscription-groups.ts';
import { type SuppressionRouteDeps, suppressionRoutes } from './suppressions.ts';
import { type TemplateRouteDeps, templateRoutes } from './templates.ts';
import { type WebhookRouteDeps, webhookRoutes } from './webhooks.ts';

export type ResourceRouteDeps = ResourceStores &
  TemplateRouteDeps &
  SenderProfileRouteDeps &
  SubscriptionGroupRouteDeps &
  DomainRouteDeps &
  SuppressionRouteDeps &
  RateRouteDeps &
  WebhookRouteDeps;

/** The routes of everything that stands beside the sends; each checks its own scope. */
export function resourceRoutes(deps: ResourceRouteDeps): Router[] {
  return [
    templateRoutes(deps),
    senderProfileRoutes(deps),
    domainRoutes(deps),
    profileRoutes(deps),
    subscriptionGroupRoutes(deps),
    suppressionRoutes(deps),
    rateRoutes(deps),
    erasureRoutes(deps),
    apiKeyRoutes(deps),
    ...webhookRoutes(deps),
  ];
}

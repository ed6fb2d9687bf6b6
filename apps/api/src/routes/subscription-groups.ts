import {
  createSubscriptionGroupSchema,
  pageQuerySchema,
  putSubscriptionSchema,
  updateSubscriptionGroupSchema,
} from '@postroom/contracts';
import { found, invalidField, needsLiveKey } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { callerOf, requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import { presentSubscription, presentSubscriptionGroup } from '../present/subscription-group.ts';
import { refOf, workspaceOf } from './resource-request.ts';

export type SubscriptionGroupRouteDeps = Pick<ResourceStores, 'subscriptionGroups' | 'subscriptions'>;

const what = 'subscription group';

/** `/subscription-groups`: what recipients can subscribe to, and what each of them said. */
export function subscriptionGroupRoutes(deps: SubscriptionGroupRouteDeps): Router {
  const { subscriptionGroups } = deps;
  const router = Router();
  const mayRead = requireScope('profiles:read');
  const mayWrite = requireScope('profiles:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/subscription-groups', mayWrite, ...body, async (request, response) => {
    const input = parse(createSubscriptionGroupSchema, request.body);
    // It would become the group of live marketing mail.
    if (input.marketingDefault && callerOf(response).mode === 'test') throw needsLiveKey('profiles:write');
    const group = await subscriptionGroups.create(workspaceOf(response), input);
    response.status(201).json(presentSubscriptionGroup(group));
  });
  router.get('/subscription-groups', mayRead, async (request, response) => {
    const query = parse(pageQuerySchema, request.query);
    const page = await subscriptionGroups.list(workspaceOf(response), query);
    response.json(presentPageById(page, presentSubscriptionGroup));
  });
  router.get('/subscription-groups/:id', mayRead, async (request, response) => {
    const group = await subscriptionGroups.find(refOf(request, response, what));
    response.json(presentSubscriptionGroup(found(group, what)));
  });
  router.patch(
    '/subscription-groups/:id',
    requireScope('profiles:write', 'live key'),
    ...body,
    async (request, response) => {
      const ref = refOf(request, response, what);
      const group = await subscriptionGroups.update(ref, parse(updateSubscriptionGroupSchema, request.body));
      response.json(presentSubscriptionGroup(found(group, what)));
    },
  );
  addSubscriptions(router, deps);
  return router;
}

function addSubscriptions(router: Router, deps: SubscriptionGroupRouteDeps): void {
  router.put(
    '/subscription-groups/:id/subscriptions',
    requireScope('profiles:write', 'live key'),
    ...jsonBody(smallBodyBytes),
    async (request, response) => {
      const ref = refOf(request, response, what);
      const { profileId, email, subscribed } = parse(putSubscriptionSchema, request.body);
      found(await deps.subscriptionGroups.find(ref), what);
      if (email) {
        response.json(presentSubscription(await deps.subscriptions.setByEmail(ref, { email, subscribed })));
        return;
      }
      const subscription = profileId
        ? await deps.subscriptions.setByProfile(ref, { profileId, subscribed })
        : null;
      if (subscription === null) throw invalidField('profileId', 'is not a profile of this workspace');
      response.json(presentSubscription(subscription));
    },
  );
}

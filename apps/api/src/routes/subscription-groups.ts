import {
  createSubscriptionGroupSchema,
  pageQuerySchema,
  putSubscriptionSchema,
  type UpdateSubscriptionGroup,
  updateSubscriptionGroupSchema,
} from '@postroom/contracts';
import {
  type CheckConfirmationDeps,
  checkConfirmation,
  createGroup,
  found,
  invalidField,
  needsLiveKey,
  type PutSubscriptionDeps,
  putSubscription,
} from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { type Response, Router } from 'express';
import { parse } from '../http/parse.ts';
import { callerOf, refuseWithout, requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import { presentSubscription, presentSubscriptionGroup } from '../present/subscription-group.ts';
import { ownedRefOf, ownerOf, refOf, workspaceOf } from './resource-request.ts';

export type SubscriptionGroupRouteDeps = Pick<ResourceStores, 'subscriptionGroups'> &
  CheckConfirmationDeps &
  PutSubscriptionDeps;

const what = 'subscription group';

/** Looks at a confirmation that a group is to have. Whoever decides what is sent by it has to be one who may send. */
async function checkAsked(
  deps: SubscriptionGroupRouteDeps,
  response: Response,
  { confirmation }: UpdateSubscriptionGroup,
): Promise<void> {
  if (!confirmation) return;
  refuseWithout(response, 'emails:write');
  await checkConfirmation(deps, workspaceOf(response), confirmation);
}

/** `/subscription-groups`: what recipients can subscribe to, and what each of them said. */
export function subscriptionGroupRoutes(deps: SubscriptionGroupRouteDeps): Router {
  const { subscriptionGroups } = deps;
  const router = Router();
  const mayRead = requireScope('profiles:read');
  const mayWrite = requireScope('profiles:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/subscription-groups', mayWrite, ...body, async (request, response) => {
    const input = parse(createSubscriptionGroupSchema, request.body);
    // It would become the group of live marketing mail, or send some.
    if ((input.marketingDefault || input.confirmation) && callerOf(response).mode === 'test')
      throw needsLiveKey('profiles:write');
    await checkAsked(deps, response, input);
    const group = await createGroup(deps, ownerOf(response), input);
    response.status(201).json(presentSubscriptionGroup(group));
  });
  router.get('/subscription-groups', mayRead, async (request, response) => {
    const query = parse(pageQuerySchema, request.query);
    const page = await subscriptionGroups.list(ownerOf(response), query);
    response.json(presentPageById(page, presentSubscriptionGroup));
  });
  router.get('/subscription-groups/:id', mayRead, async (request, response) => {
    const group = await subscriptionGroups.find(ownedRefOf(request, response, what));
    response.json(presentSubscriptionGroup(found(group, what)));
  });
  router.patch(
    '/subscription-groups/:id',
    requireScope('profiles:write', 'live key'),
    ...body,
    async (request, response) => {
      const ref = refOf(request, response, what);
      const change = parse(updateSubscriptionGroupSchema, request.body);
      await checkAsked(deps, response, change);
      const group = await subscriptionGroups.update(ref, change);
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
      const ref = ownedRefOf(request, response, what);
      const { profileId, email, subscribed } = parse(putSubscriptionSchema, request.body);
      const group = { ...ref, ...found(await deps.subscriptionGroups.find(ref), what) };
      const who = email ? { email } : { profileId: profileId ?? '' };
      const subscription = await putSubscription(deps, group, { who, subscribed });
      if (subscription === null) throw invalidField('profileId', 'is not a profile of this workspace');
      response.json(presentSubscription(subscription));
    },
  );
}

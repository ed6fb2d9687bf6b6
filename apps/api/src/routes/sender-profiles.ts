import { createSenderProfileSchema, pageQuerySchema, updateSenderProfileSchema } from '@postroom/contracts';
import {
  type CheckTrackingHostDeps,
  checkTrackingHost,
  createGate,
  createGateByOwner,
  createSender,
  found,
  refreshSender,
  type SaveSenderDeps,
  updateSender,
} from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import { presentSenderProfile } from '../present/sender-profile.ts';
import { ownedRefOf, ownerOf, refOf, workspaceOf } from './resource-request.ts';

export type SenderProfileRouteDeps = SaveSenderDeps &
  Pick<CheckTrackingHostDeps, 'trackingHosts'> &
  Pick<ResourceStores, 'senderProfiles'>;

/**
 * Hosts that are asked at once, and that wait for it, of all and of one workspace: each may keep its caller waiting for
 * seconds.
 */
const hostChecks = { ofAll: { atOnce: 4, waiting: 16 }, ofOwner: { atOnce: 1, waiting: 4 } };

const what = 'sender profile';

/** `/sender-profiles`: who mail comes from. They come with templates, and so do their scopes. */
export function senderProfileRoutes(deps: SenderProfileRouteDeps): Router {
  const { senderProfiles } = deps;
  const router = Router();
  const mayRead = requireScope('templates:read');
  const mayMake = requireScope('templates:write');
  const mayChange = requireScope('templates:write', 'live key');
  const body = jsonBody(smallBodyBytes);
  const gateOf = createGateByOwner(hostChecks.ofOwner, createGate(hostChecks.ofAll));
  router.post('/sender-profiles', mayMake, ...body, async (request, response) => {
    const input = parse(createSenderProfileSchema, request.body);
    const sender = await createSender(deps, ownerOf(response), input);
    response.status(201).json(presentSenderProfile(sender));
  });
  router.get('/sender-profiles', mayRead, async (request, response) => {
    const query = parse(pageQuerySchema, request.query);
    const page = await senderProfiles.list(workspaceOf(response), query);
    response.json(presentPageById(page, presentSenderProfile));
  });
  router.get('/sender-profiles/:id', mayRead, async (request, response) => {
    const sender = await senderProfiles.find(refOf(request, response, what));
    response.json(presentSenderProfile(found(sender, what)));
  });
  router.patch('/sender-profiles/:id', mayChange, ...body, async (request, response) => {
    const ref = ownedRefOf(request, response, what);
    const change = parse(updateSenderProfileSchema, request.body);
    response.json(presentSenderProfile(await updateSender(deps, ref, change)));
  });
  router.post('/sender-profiles/:id/refresh', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    response.json(presentSenderProfile(await refreshSender(deps, ref)));
  });
  router.post('/sender-profiles/:id/check-tracking-host', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    response.json(presentSenderProfile(await gateOf(ref.workspaceId)(() => checkTrackingHost(deps, ref))));
  });
  return router;
}

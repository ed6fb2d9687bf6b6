import { createSenderProfileSchema, pageQuerySchema, updateSenderProfileSchema } from '@postroom/contracts';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { parse } from '../parse.ts';
import { presentPageById } from '../present/page.ts';
import { presentSenderProfile } from '../present/sender-profile.ts';
import { found, refOf, workspaceOf } from './resource-request.ts';

export type SenderProfileRouteDeps = {
  readonly senderProfiles: ResourceStores['senderProfiles'];
  /** Whether a new address counts as verified at once, as it must where SES cannot be asked. */
  readonly trustSenders: boolean;
};

const what = 'sender profile';

/** `/sender-profiles`: who mail comes from. They come with templates, and so do their scopes. */
export function senderProfileRoutes({ senderProfiles, trustSenders }: SenderProfileRouteDeps): Router {
  const router = Router();
  const mayRead = requireScope('templates:read');
  const mayWrite = requireScope('templates:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/sender-profiles', mayWrite, ...body, async (request, response) => {
    const input = parse(createSenderProfileSchema, request.body);
    const sender = await senderProfiles.create(workspaceOf(response), { ...input, isTrusted: trustSenders });
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
  router.patch('/sender-profiles/:id', mayWrite, ...body, async (request, response) => {
    const ref = refOf(request, response, what);
    const change = parse(updateSenderProfileSchema, request.body);
    const sender = await senderProfiles.update(ref, { ...change, isTrusted: trustSenders });
    response.json(presentSenderProfile(found(sender, what)));
  });
  return router;
}

import { createSenderProfileSchema, pageQuerySchema, updateSenderProfileSchema } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
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
  /** Whether mail may come from an address; rejects when it cannot be found out just now. */
  readonly isSenderVerified: (email: string) => Promise<boolean>;
};

const what = 'sender profile';

/** `/sender-profiles`: who mail comes from. They come with templates, and so do their scopes. */
export function senderProfileRoutes({ senderProfiles, isSenderVerified }: SenderProfileRouteDeps): Router {
  const router = Router();
  // A profile is saved whether or not SES can be asked; the refresh route asks again.
  const isTrusted = (email: string | undefined) =>
    email === undefined ? Promise.resolve(false) : isSenderVerified(email).catch(() => false);
  const mayRead = requireScope('templates:read');
  const mayWrite = requireScope('templates:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/sender-profiles', mayWrite, ...body, async (request, response) => {
    const input = parse(createSenderProfileSchema, request.body);
    const sender = await senderProfiles.create(workspaceOf(response), {
      ...input,
      isTrusted: await isTrusted(input.fromEmail),
    });
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
    const sender = await senderProfiles.update(ref, {
      ...change,
      isTrusted: await isTrusted(change.fromEmail),
    });
    response.json(presentSenderProfile(found(sender, what)));
  });
  router.post('/sender-profiles/:id/refresh', mayWrite, async (request, response) => {
    const ref = refOf(request, response, what);
    const { from } = found(await senderProfiles.find(ref), what);
    const isVerified = await isSenderVerified(from.email).catch((cause: unknown) => {
      throw new PostroomError('unavailable', 'SES cannot be asked just now: try again shortly.', { cause });
    });
    response.json(presentSenderProfile(found(await senderProfiles.setVerified(ref, isVerified), what)));
  });
  return router;
}

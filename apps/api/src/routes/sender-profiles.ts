import { createSenderProfileSchema, pageQuerySchema, updateSenderProfileSchema } from '@postroom/contracts';
import type { ResourceStores, SenderProof } from '@postroom/db';
import { type Response, Router } from 'express';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { parse } from '../parse.ts';
import { presentPageById } from '../present/page.ts';
import { presentSenderProfile } from '../present/sender-profile.ts';
import type { SenderVerification } from '../sender-verification.ts';
import { heldElsewhere, sesUnavailable } from './refusals.ts';
import { found, ownerOf, refOf, workspaceOf } from './resource-request.ts';

export type SenderProfileRouteDeps = {
  readonly senderProfiles: ResourceStores['senderProfiles'];
  readonly verification: Pick<SenderVerification, 'proofOf' | 'unaskedProof'>;
};

const what = 'sender profile';

/** `/sender-profiles`: who mail comes from. They come with templates, and so do their scopes. */
export function senderProfileRoutes({ senderProfiles, verification }: SenderProfileRouteDeps): Router {
  const router = Router();
  // A profile is saved whether or not SES can be asked; the refresh route asks again. For a test key it is not asked.
  const proofOf = async (response: Response, email: string | undefined): Promise<SenderProof> => {
    if (email === undefined) return 'none';
    if (ownerOf(response).isSimulated) return verification.unaskedProof;
    return verification.proofOf(email).catch(() => 'none');
  };
  const mayRead = requireScope('templates:read');
  const mayMake = requireScope('templates:write');
  const mayChange = requireScope('templates:write', 'live key');
  const body = jsonBody(smallBodyBytes);
  router.post('/sender-profiles', mayMake, ...body, async (request, response) => {
    const input = parse(createSenderProfileSchema, request.body);
    const sender = await senderProfiles.create(workspaceOf(response), {
      ...input,
      proof: await proofOf(response, input.fromEmail),
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
  router.patch('/sender-profiles/:id', mayChange, ...body, async (request, response) => {
    const ref = refOf(request, response, what);
    const change = parse(updateSenderProfileSchema, request.body);
    const sender = await senderProfiles.update(ref, {
      ...change,
      proof: await proofOf(response, change.fromEmail),
    });
    response.json(presentSenderProfile(found(sender, what)));
  });
  router.post('/sender-profiles/:id/refresh', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    const { email } = found(await senderProfiles.find(ref), what).from;
    const proof = await verification.proofOf(email).catch((cause: unknown) => {
      throw sesUnavailable(cause);
    });
    const sender = found(await senderProfiles.recordProof(ref, { email, proof }), what);
    if (proof !== 'none' && !sender.isVerified) throw heldElsewhere(email);
    response.json(presentSenderProfile(sender));
  });
  return router;
}

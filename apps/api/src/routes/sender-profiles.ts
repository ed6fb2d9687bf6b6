import {
  createSenderProfileSchema,
  maxSenderProfiles,
  pageQuerySchema,
  updateSenderProfileSchema,
} from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import type { ResourceStores, SenderProof, SenderRefusal } from '@postroom/db';
import { type Response, Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import { presentSenderProfile } from '../present/sender-profile.ts';
import type { SenderVerification } from '../sender-verification.ts';
import { heldElsewhere, notFound, sesUnavailable, tooMany } from './refusals.ts';
import { found, ownerOf, refOf, workspaceOf } from './resource-request.ts';

export type SenderProfileRouteDeps = {
  readonly senderProfiles: ResourceStores['senderProfiles'];
  readonly verification: Pick<SenderVerification, 'proofOf' | 'unaskedProof'>;
};

const what = 'sender profile';

const setHeld = () =>
  new PostroomError(
    'state_conflict',
    'The configurationSet is used by another workspace: name one of your own, or leave it out.',
  );

const refused = ({ kind }: SenderRefusal): PostroomError =>
  kind === 'full' ? tooMany('sender profiles', maxSenderProfiles) : setHeld();

/** The pace of asking is the caller's to keep; anything else that went wrong is no proof. */
const withoutProof = (error: unknown): 'none' => {
  if (error instanceof PostroomError) throw error;
  return 'none';
};

/** `/sender-profiles`: who mail comes from. They come with templates, and so do their scopes. */
export function senderProfileRoutes({ senderProfiles, verification }: SenderProfileRouteDeps): Router {
  const router = Router();
  // A profile is saved whether or not SES can be asked; the refresh route asks again. For a test key it is not asked.
  const proofOf = async (response: Response, email: string | undefined): Promise<SenderProof> => {
    if (email === undefined) return 'none';
    if (ownerOf(response).isSimulated) return verification.unaskedProof;
    return verification.proofOf(email, workspaceOf(response)).catch(withoutProof);
  };
  const mayRead = requireScope('templates:read');
  const mayMake = requireScope('templates:write');
  const mayChange = requireScope('templates:write', 'live key');
  const body = jsonBody(smallBodyBytes);
  router.post('/sender-profiles', mayMake, ...body, async (request, response) => {
    const input = parse(createSenderProfileSchema, request.body);
    const workspaceId = workspaceOf(response);
    const refusal = await senderProfiles.refusalOf(workspaceId, input.configurationSet);
    if (refusal !== null) throw refused(refusal);
    const proof = await proofOf(response, input.fromEmail);
    const creation = await senderProfiles.create(workspaceId, { ...input, proof });
    if (creation.kind !== 'created') throw refused(creation);
    response.status(201).json(presentSenderProfile(creation.sender));
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
    const proof = await proofOf(response, change.fromEmail);
    const outcome = await senderProfiles.update(ref, { ...change, proof });
    if (outcome.kind === 'set_held') throw setHeld();
    if (outcome.kind !== 'changed') throw notFound(what);
    response.json(presentSenderProfile(outcome.sender));
  });
  router.post('/sender-profiles/:id/refresh', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    const { email } = found(await senderProfiles.find(ref), what).from;
    const proof = await verification.proofOf(email, workspaceOf(response)).catch((cause: unknown) => {
      throw cause instanceof PostroomError ? cause : sesUnavailable(cause);
    });
    const sender = found(await senderProfiles.recordProof(ref, { email, proof }), what);
    if (proof !== 'none' && !sender.isVerified) throw heldElsewhere(email);
    response.json(presentSenderProfile(sender));
  });
  return router;
}

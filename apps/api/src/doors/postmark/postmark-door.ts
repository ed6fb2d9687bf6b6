import { Router } from 'express';
import type { KeyReader } from '../../middleware/authenticate.ts';
import { answerNotFound } from '../../middleware/handle-errors.ts';
import type { Door } from '../door.ts';
import { type PostmarkBounceDeps, postmarkBounceRoutes } from './bounces.ts';
import { postmarkErrorForm } from './error-form.ts';
import { type PostmarkMessageDeps, postmarkMessageRoutes } from './messages.ts';
import { type PostmarkSuppressionDeps, postmarkSuppressionRoutes } from './suppressions.ts';

export type PostmarkDoorDeps = PostmarkMessageDeps & PostmarkSuppressionDeps & PostmarkBounceDeps;

const tokenOf: KeyReader = (request) => (request.header('x-postmark-server-token') ?? '').trim();

/** Paths at the root that are Postmark's, where nothing of ours is: what is offered, and what its clients ask for in vain. */
const offered = ['/email', '/messages', '/message-streams', '/bounces', '/deliverystats'];
const roots = [...offered, '/templates', '/webhooks', '/stats', '/server', '/triggers'];

/** The door for clients of Postmark: at the root, since its SDKs take a host alone. */
export const postmarkDoor =
  (deps: PostmarkDoorDeps): Door =>
  (guardsOf, errorsIn) => {
    const router = Router();
    router.use(roots, guardsOf(tokenOf));
    router.use(postmarkMessageRoutes(deps), postmarkSuppressionRoutes(deps), postmarkBounceRoutes(deps));
    router.use(roots, answerNotFound);
    router.use(errorsIn(postmarkErrorForm));
    return router;
  };

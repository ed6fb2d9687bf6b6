import { type RequestHandler, Router } from 'express';
import type { KeyReader } from '../../middleware/authenticate.ts';
import { answerNotFound } from '../../middleware/handle-errors.ts';
import type { Door } from '../door.ts';
import { type ResendDomainDeps, resendDomainRoutes } from './domains.ts';
import { type ResendEmailDeps, resendEmailRoutes } from './emails.ts';
import { resendErrorForm } from './error-form.ts';
import { type ResendSuppressionDeps, resendSuppressionRoutes } from './suppressions.ts';
import { type ResendTemplateDeps, resendTemplateRoutes } from './templates.ts';
import { type ResendWebhookDeps, resendWebhookRoutes } from './webhooks.ts';

export type ResendDoorDeps = ResendEmailDeps &
  ResendDomainDeps &
  ResendWebhookDeps &
  ResendSuppressionDeps &
  ResendTemplateDeps & {
    /** Whether its routes are at the root as well, for clients that take a host alone. */
    readonly isAtRoot: boolean;
  };

const home = '/resend';

/** Paths at the root that are Resend's, where nothing of ours is: what is offered, and what its clients ask for in vain. */
const atRoot =
  /^\/(?:emails|domains|webhooks|suppressions|templates|audiences|segments|contacts|topics|broadcasts|api-keys)(?=[/?]|$)/i;

const bearerOf: KeyReader = (request) =>
  /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1] ?? '';

/**
 * Takes a request at the root for the same one at home, so that each route is there once. Clients of Postmark have some of the
 * same paths.
 */
const leadHome: RequestHandler = (request, _response, next) => {
  const isOfPostmark = request.headers['x-postmark-server-token'] !== undefined;
  if (!isOfPostmark && atRoot.test(request.url)) request.url = `${home}${request.url}`;
  next();
};

/** The door for clients of Resend: below `/resend`, and at the root unless told. */
export const resendDoor =
  (deps: ResendDoorDeps): Door =>
  (guardsOf, errorsIn) => {
    const inside = Router();
    inside.use(guardsOf(bearerOf));
    inside.use(resendEmailRoutes(deps), resendDomainRoutes(deps));
    inside.use(resendWebhookRoutes(deps), resendSuppressionRoutes(deps), resendTemplateRoutes(deps));
    inside.use(answerNotFound, errorsIn(resendErrorForm));
    const router = Router();
    if (deps.isAtRoot) router.use(leadHome);
    router.use(home, inside);
    return router;
  };

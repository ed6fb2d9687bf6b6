import {
  type AskingSend,
  type ConfirmDeps,
  confirmByLink,
  type Gate,
  openConfirmLink,
  PostroomError,
} from '@postroom/core';
import type { Logger } from '@postroom/process';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { discardBody } from '../http/answer-early.ts';
import { wantsPage } from '../http/wants-page.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { answerBroken } from '../pages/answer-broken.ts';
import { confirmPage } from '../pages/confirm-page.ts';
import { sendPage } from '../pages/page.ts';

export type ConfirmRoutesDeps = ConfirmDeps & { readonly logger: Logger; readonly gate: Gate };

function answer(request: Request, response: Response, send: AskingSend | null): void {
  if (send === null) answerBroken(request, response);
  else if (wantsPage(request)) sendPage(response, send.state === 'closed' ? 404 : 200, confirmPage(send));
  else if (send.state !== 'closed') response.json({ subscribed: send.state === 'subscribed' });
  else
    throw new PostroomError('not_found', 'This link does not work any more: subscribe again for a new one.');
}

/**
 * `<token>/confirm`: saying that one wants the mail of a group. GET shows a button and changes nothing, since scanners follow
 * links; POST confirms, whatever is in its body, which is not read.
 */
export function confirmRoutes({ logger, gate, ...deps }: ConfirmRoutesDeps): Router {
  const router = Router({ strict: true });
  const show: RequestHandler = async (request, response) => {
    const token = String(request.params.token);
    answer(request, response, await gate(() => openConfirmLink(deps, token)));
  };
  const confirm: RequestHandler = async (request, response) => {
    const done = await gate(() => confirmByLink(deps, String(request.params.token)));
    await discardBody(request, response);
    if (done?.isChanged) {
      const { id: sendId, workspaceId } = done.send;
      logger.info({ event: 'confirmed_by_link', sendId, workspaceId, requestId: requestIdOf(response) });
    }
    answer(request, response, done?.send ?? null);
  };
  router.get('/:token/confirm', show);
  router.post('/:token/confirm', confirm);
  return router;
}

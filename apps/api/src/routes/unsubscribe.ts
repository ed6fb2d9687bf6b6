import {
  type LinkedSend,
  openUnsubscribeLink,
  PostroomError,
  subscribeByLink,
  type UnsubscribeDeps,
} from '@postroom/core';
import type { Logger } from '@postroom/process';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { discardBody } from '../http/answer-early.ts';
import { createGate } from '../http/gate.ts';
import { keepPrivate } from '../middleware/keep-private.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { sendPage } from '../pages/page.ts';
import { brokenLinkPage, type LinkPaths, type Moment, unsubscribePage } from '../pages/unsubscribe-page.ts';

export type UnsubscribeRoutesDeps = UnsubscribeDeps & { readonly logger: Logger };

/** Links that are looked up at once, and that wait for it: nobody needs a key for them. */
const lookUps = { atOnce: 3, waiting: 1_000 };

const wantsPage = (request: Request) => request.accepts(['json', 'html']) === 'html';

/** Which of the two addresses of a link the request went to. */
type Place = { readonly token: string; readonly up: '' | '../' };

const placeOf = (request: Request): Place => ({
  token: String(request.params.token),
  up: request.path.endsWith('/resubscribe') ? '../' : '',
});

const pathsFrom = ({ token, up }: Place): LinkPaths => ({
  unsubscribe: `${up}${token}`,
  resubscribe: `${up}${token}/resubscribe`,
});

function answer(
  request: Request,
  response: Response,
  { send, moment }: { readonly send: LinkedSend | null; readonly moment: Moment },
): void {
  if (send === null) {
    if (!wantsPage(request)) throw new PostroomError('not_found', 'This link does not work.');
    sendPage(response, 404, brokenLinkPage);
    return;
  }
  if (wantsPage(request)) {
    sendPage(response, 200, unsubscribePage(send, pathsFrom(placeOf(request)), moment));
    return;
  }
  response.json({ subscribed: send.isSubscribed });
}

/**
 * `/u/<token>`: leaving a subscription group without a login. GET shows how things stand and changes nothing, since
 * scanners follow links. Every POST does what its address says, whatever is in its body: RFC 8058 clients send
 * `List-Unsubscribe=One-Click` in one of two forms, some send nothing, and none may be turned away for that, so that
 * the body is not even read: it is thrown away once the deed is done. It is never answered with a redirect (RFC 8058 section 3.1).
 */
export function unsubscribeRoutes({ logger, ...deps }: UnsubscribeRoutesDeps): Router {
  // A slash at the end would turn the relative paths of the page's buttons into other ones.
  const router = Router({ strict: true });
  const gate = createGate(lookUps);
  const show: RequestHandler = async (request, response) => {
    const send = await gate(() => openUnsubscribeLink(deps, placeOf(request).token));
    answer(request, response, { send, moment: 'opened' });
  };
  const decide =
    (isSubscribed: boolean): RequestHandler =>
    async (request, response) => {
      const done = await gate(() => subscribeByLink(deps, placeOf(request).token, isSubscribed));
      await discardBody(request, response);
      if (done?.isChanged) {
        const event = isSubscribed ? 'subscribed_by_link' : 'unsubscribed_by_link';
        const { id: sendId, workspaceId } = done.send;
        logger.info({ event, sendId, workspaceId, requestId: requestIdOf(response) });
      }
      answer(request, response, { send: done?.send ?? null, moment: 'decided' });
    };
  router.use('/u', keepPrivate);
  router.get(['/u/:token', '/u/:token/resubscribe'], show);
  router.post('/u/:token', decide(false));
  router.post('/u/:token/resubscribe', decide(true));
  return router;
}

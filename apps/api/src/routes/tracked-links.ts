import { type LinkKeys, proveHost, readClickLink, readOpenLink } from '@postroom/core';
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { locationOf } from '../links/location.ts';
import { machineReasonOf } from '../links/machine-request.ts';
import type { OpenLinks } from '../links/open-links.ts';
import { keepPrivate } from '../middleware/keep-private.ts';
import { sendPage } from '../pages/page.ts';
import { brokenLinkPage, busyLinkPage } from '../pages/tracked-link-page.ts';

/** What of a user agent is kept, in characters. */
const keptUserAgent = 300;

/** A transparent image of one pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

function userAgentOf(request: Request): string | null {
  const userAgent = request.header('user-agent')?.trim() ?? '';
  return userAgent === '' ? null : userAgent.slice(0, keptUserAgent);
}

const tokenOf = (request: Request): string => String(request.params.token);

/** What is known, or that it cannot be known now; whatever goes wrong, whoever clicked is answered. */
async function known<Value>(find: Promise<Value | null>): Promise<Value | null | 'unknown'> {
  try {
    return await find;
  } catch {
    return 'unknown';
  }
}

function answerUnknown(response: Response): void {
  response.set('retry-after', '5');
  sendPage(response, 503, busyLinkPage);
}

const showPixel = (response: Response) => response.set('content-type', 'image/gif').end(pixel);

/** What stands in the place of a token and cannot even be decoded is a link that is none. */
const answerUndecodable: ErrorRequestHandler = (error, request, response, next) => {
  if (!(error instanceof URIError)) next(error);
  else if (request.path.startsWith('/t/o/')) showPixel(response);
  else sendPage(response, 404, brokenLinkPage);
};

/**
 * `/t/...`: what tracked links and pixels lead to. GET and HEAD alike; the query string says nothing. Nobody waits for the
 * database: where a link leads stands in it, signed, and that it was followed is recorded beside.
 */
export function trackedLinkRoutes({ keys, recorder }: OpenLinks): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const deps: { readonly keys: LinkKeys } = { keys };
  const note = (
    request: Request,
    engagement: Pick<Parameters<typeof recorder.note>[0], 'sendId' | 'workspaceId' | 'click'>,
  ) =>
    recorder.note({
      ...engagement,
      at: new Date(),
      userAgent: userAgentOf(request),
      reason: machineReasonOf(request),
    });
  router.use('/t', keepPrivate);
  router.get('/t/c/:token', async (request, response) => {
    const click = await known(readClickLink(deps, tokenOf(request)));
    if (click === 'unknown') return answerUnknown(response);
    if (click === null) return sendPage(response, 404, brokenLinkPage);
    const { link, url, ...owner } = click;
    note(request, { ...owner, click: { link, url } });
    response.status(302).set('location', locationOf(url)).end();
  });
  router.get('/t/o/:token', async (request, response) => {
    const open = await known(readOpenLink(deps, tokenOf(request)));
    if (open !== 'unknown' && open !== null) note(request, { ...open, click: null });
    showPixel(response);
  });
  router.get('/t/h/:challenge', async (request, response) => {
    const proof = await known(proveHost(deps, String(request.params.challenge)));
    if (proof === 'unknown') return answerUnknown(response);
    if (proof === null) return sendPage(response, 404, brokenLinkPage);
    response.type('text/plain').send(proof);
  });
  router.use(answerUndecodable);
  return router;
}

import { allows, operatorScope } from '@postroom/contracts';
import { type Caller, lacksScope, PostroomError } from '@postroom/core';
import type { WorkspaceStore } from '@postroom/db';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { recordCaller } from '../middleware/authenticate.ts';
import { headersOf } from './page-files.ts';
import type { Sessions } from './sessions.ts';

/** Where the queues are looked at. */
export const queuesPath = '/queues';

export type QueueRouteDeps = {
  readonly sessions: Sessions;
  readonly workspaces: Pick<WorkspaceStore, 'isOnlyOne'>;
  /** Opens Bull Board; what it took is kept. */
  readonly openBoard: () => Promise<RequestHandler>;
};

/** Jobs of one page: each is a question to Redis. */
const maxJobsPerPage = 100;

/**
 * Nothing of another host, no script that is not a file of the board's own. Its charts and lists set styles of their own, which
 * run nothing.
 */
const boardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Files whose names hold a hash of what they are. */
const isAsset = (path: string) => path.startsWith('/static/');

const signIn = (request: Request, response: Response) => {
  if (request.accepts(['json', 'html']) === 'html') return response.redirect(303, '/dashboard');
  throw new PostroomError('unauthorized', 'Nobody is signed in.');
};

/** Refuses what is no look: a change here would bypass the rows, which are the truth. */
const lookOnly: RequestHandler = ({ method, query }, _response, next) => {
  if (method !== 'GET' && method !== 'HEAD')
    throw new PostroomError('not_found', 'The queues can be looked at here, and not changed.');
  if (Number(query.jobsPerPage ?? 0) > maxJobsPerPage)
    throw new PostroomError('validation_failed', `jobsPerPage is at most ${maxJobsPerPage}.`);
  next();
};

/**
 * `/queues`: Bull Board behind the sign-in of the dashboard. Queues are of the installation, so that they are an operator's, or an
 * admin's whose workspace is the only one.
 */
export function queueRoutes({ sessions, workspaces, openBoard }: QueueRouteDeps): Router {
  const router = Router();
  const maySee = async ({ scopes, mode }: Caller): Promise<boolean> => {
    if (allows(scopes, operatorScope)) return true;
    return mode === 'live' && allows(scopes, 'admin') && (await workspaces.isOnlyOne());
  };
  router.use(queuesPath, lookOnly, async (request, response, next) => {
    response.set({ ...headersOf(boardPolicy), 'cache-control': 'no-store' });
    const session = await sessions.of(request, 'visit');
    if (session === null) return signIn(request, response);
    recordCaller(response, session.caller);
    if (!(await maySee(session.caller))) throw lacksScope(operatorScope);
    // A refusal is not to be kept.
    if (isAsset(request.path)) response.setHeader('cache-control', 'private, max-age=86400');
    const board = await openBoard();
    board(request, response, next);
  });
  return router;
}

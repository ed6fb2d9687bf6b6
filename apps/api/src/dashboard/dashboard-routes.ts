import { allows, operatorScope } from '@postroom/contracts';
import {
  type Caller,
  createGate,
  createGateByOwner,
  found,
  type GateByOwner,
  type NowReader,
  PostroomError,
  type ShowMessageDeps,
  showMessage,
  type Viewer,
} from '@postroom/core';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { callerOf, recordCaller, requireScope } from '../middleware/authenticate.ts';
import { namedSendOf } from '../routes/named-send.ts';
import { sightOf } from '../routes/resource-request.ts';
import type { AskedBy } from './own-page.ts';
import { pageFiles } from './page-files.ts';
import { type QueueRouteDeps, queueRoutes } from './queue-routes.ts';
import { type DashboardResourceDeps, dashboardResourceRoutes } from './resource-routes.ts';
import { sessionTokenOf } from './session-cookie.ts';
import { type SessionRouteDeps, sessionRoutes } from './session-routes.ts';
import type { Sessions } from './sessions.ts';
import type { Streams } from './streams.ts';

/** The dashboard as the application puts it in. */
export type Dashboard = SessionRouteDeps &
  QueueRouteDeps &
  DashboardResourceDeps & {
    readonly folder: string | null;
    readonly now: NowReader;
    readonly streams: Streams;
    readonly message: ShowMessageDeps;
    /** Shared with whoever else reads what emails say. */
    readonly contentGate: GateByOwner;
  };

/**
 * Readings that are asked for one by one, beside those of the stream: so many at once, and so many in line, of all and of
 * one workspace.
 */
const readings = { ofAll: { atOnce: 2, waiting: 50 }, ofOwner: { atOnce: 1, waiting: 25 } };

const viewerOf = ({ workspaceId, mode, scopes }: Caller): Viewer => ({
  workspaceId,
  isSimulated: mode === 'test',
  seesMail: allows(scopes, 'admin'),
  isOperator: allows(scopes, operatorScope),
});

/** The session of a request, which has to stand; what comes after may ask who calls. */
async function signedIn(sessions: Sessions, request: Request, response: Response, by?: AskedBy) {
  response.setHeader('cache-control', 'no-store');
  const session = await sessions.of(request, by);
  if (session === null) throw new PostroomError('unauthorized', 'Nobody is signed in.');
  recordCaller(response, session.caller);
  return session;
}

function streamRoute({ sessions, streams }: Dashboard): RequestHandler {
  return async (request, response) => {
    const session = await signedIn(sessions, request, response, 'stream');
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const token = sessionTokenOf(request) ?? '';
    streams.add({
      viewer: viewerOf(session.caller),
      keyId: session.caller.keyId,
      response,
      isSignedIn: async () => (await sessions.find(token)) !== null,
    });
  };
}

function apiRoutes(dashboard: Dashboard, bodies: RequestHandler): Router {
  const { sessions, now, message, contentGate } = dashboard;
  const router = Router();
  const gateOf = createGateByOwner(readings.ofOwner, createGate(readings.ofAll));
  router.get('/stream', streamRoute(dashboard));
  router.use(async (request, response, next) => {
    await signedIn(sessions, request, response);
    next();
  });
  router.use(bodies);
  router.get('/now', async (_request, response) => {
    const viewer = viewerOf(callerOf(response));
    const reading = await gateOf(viewer.workspaceId)(async () => {
      await now.count([viewer]);
      return now.look();
    });
    response.json(reading.of(viewer));
  });
  router.get('/emails/:id/message', requireScope('emails:read'), async (request, response) => {
    const { ref } = namedSendOf(request, response);
    await contentGate(ref.workspaceId)(async () => {
      response.json(found(await showMessage(message, sightOf(ref)), 'email'));
    });
  });
  router.use(dashboardResourceRoutes(dashboard));
  return router;
}

/**
 * `/dashboard`: the page, who is signed in, and what the page needs beside the API; and `/queues`. `bodies` bounds those of
 * who is signed in.
 */
export function dashboardRoutes(dashboard: Dashboard, bodies: RequestHandler): Router {
  const router = Router();
  const own = Router();
  own.use(sessionRoutes(dashboard));
  own.use('/api', apiRoutes(dashboard, bodies));
  const nothing: RequestHandler = (_request, _response, next) => next('router');
  own.use('/api', nothing);
  own.use(pageFiles(dashboard.folder));
  router.use('/dashboard', own);
  router.use(queueRoutes(dashboard));
  return router;
}

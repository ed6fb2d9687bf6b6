import type { FindCaller } from '@postroom/core';
import type { ProcessTracer } from '@postroom/process';
import type { RateLimiter } from '@postroom/redis';
import express, { type Express, type Request, type RequestHandler, type Router } from 'express';
import { type Dashboard, dashboardRoutes } from './dashboard/dashboard-routes.ts';
import type { Door, ErrorsIn, GuardsOf } from './doors/door.ts';
import { bodiesBytes, boundBodies } from './http/body-budget.ts';
import { closing } from './http/listen.ts';
import { authenticate, callerOf, type KeyReader, ownKeyOf } from './middleware/authenticate.ts';
import { answerNotFound, type FailedRequest, handleErrors } from './middleware/handle-errors.ts';
import { limitRate } from './middleware/rate-limit.ts';
import { assignRequestId } from './middleware/request-id.ts';
import { requireHost } from './middleware/require-host.ts';
import { traceAccept } from './middleware/trace-accept.ts';
import { type SendEmailsDeps, sendEmailsRoutes } from './routes/send-emails.ts';

export type AppDeps = SendEmailsDeps & {
  readonly onFailed: (failed: FailedRequest) => void;
  readonly findCaller: FindCaller;
  /** Left out: a key may make as many requests as it likes. */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Routers for the rest of `/api/v1`; each checks its own scopes. */
  readonly resources: readonly Router[];
  /** Routers outside `/api/v1`, which need no key. */
  readonly open: readonly Router[];
  /** Ways in for clients of other products. */
  readonly doors: readonly Door[];
  /** What requests are traced with; null: nothing is. */
  readonly tracer: ProcessTracer | null;
  /** The operators' page; null: there is none. */
  readonly dashboard: Dashboard | null;
};

/** What every request with a key passes, wherever it comes in: one memory of keys, one limit for each, one budget of bodies. */
function keyGuards(
  { findCaller, metrics, rateLimiter, dashboard }: AppDeps,
  bodies: RequestHandler,
): GuardsOf {
  const rate =
    rateLimiter === undefined
      ? []
      : [limitRate({ limiter: rateLimiter, onRefused: () => metrics.rateLimited.inc() })];
  // The page of the dashboard calls our own routes, and no others.
  const findSignedIn = async (request: Request) => (await dashboard?.sessions.of(request))?.caller ?? null;
  return (keyOf: KeyReader) => [
    authenticate({
      findCaller,
      keyOf,
      findSignedIn: keyOf === ownKeyOf ? findSignedIn : undefined,
      onRefused: () => metrics.unauthorized.inc(),
    }),
    ...rate,
    bodies,
  ];
}

/** Puts the HTTP application together: ids first, then keys, then bodies; one place for errors. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(assignRequestId, requireHost);
  if (deps.tracer !== null) app.use(traceAccept(deps.tracer));
  for (const router of deps.open) app.use(router);
  const { dashboard } = deps;
  // A workspace may have any number of keys, and those who signed in with them.
  const bodies = boundBodies(bodiesBytes, (response) => callerOf(response).workspaceId);
  if (dashboard !== null) {
    app.use(dashboardRoutes(dashboard, bodies));
    app.once(closing, () => dashboard.streams.end());
  }
  const guardsOf = keyGuards(deps, bodies);
  const api = express.Router();
  api.use(guardsOf(ownKeyOf));
  api.use(sendEmailsRoutes(deps));
  for (const router of deps.resources) api.use(router);
  app.use('/api/v1', api);
  const errorsIn: ErrorsIn = (form) => handleErrors(deps.onFailed, form);
  for (const door of deps.doors) app.use(door(guardsOf, errorsIn));
  app.use(answerNotFound);
  app.use(handleErrors(deps.onFailed));
  return app;
}

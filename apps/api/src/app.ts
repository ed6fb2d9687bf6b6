import type { AcceptBatchDeps, Caller } from '@postroom/core';
import type { Logger } from '@postroom/observability';
import express, { type Express, type Router } from 'express';
import type { ApiMetrics } from './metrics.ts';
import { authenticate } from './middleware/authenticate.ts';
import { answerNotFound, handleErrors } from './middleware/handle-errors.ts';
import { assignRequestId } from './middleware/request-id.ts';
import { emailsBatchRoutes } from './routes/emails-batch.ts';

export type AppDeps = {
  readonly logger: Logger;
  readonly findCaller: (key: string) => Promise<Caller | null>;
  readonly metrics: ApiMetrics;
  readonly accept: AcceptBatchDeps;
  /** Routers for the rest of `/api/v1`; each checks its own scopes. */
  readonly resources: readonly Router[];
  /** Routers outside `/api/v1`, which need no key. */
  readonly open: readonly Router[];
};

/** How long a known key is believed without asking the database again. */
export const keyCacheMs = 5_000;

/** Puts the HTTP application together: ids first, then keys, then bodies; one place for errors. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(assignRequestId);
  for (const router of deps.open) app.use(router);
  const api = express.Router();
  api.use(authenticate({ findCaller: deps.findCaller, cacheMs: keyCacheMs }));
  api.use(emailsBatchRoutes(deps));
  for (const router of deps.resources) api.use(router);
  app.use('/api/v1', api);
  app.use(answerNotFound);
  app.use(handleErrors(deps.logger));
  return app;
}

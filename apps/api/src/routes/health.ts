import { type Response, Router } from 'express';
import { within } from '../within.ts';

export type HealthDeps = {
  /** Each dependency's name and whether it answers; must resolve within a second or so. */
  readonly probes: Readonly<Record<string, () => Promise<boolean>>>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
};

/** The longest that a dependency may take to answer `/readyz`, in milliseconds. */
const probeBudgetMs = 1_000;

async function readiness(deps: HealthDeps, response: Response): Promise<void> {
  const entries = await Promise.all(
    Object.entries(deps.probes).map(
      async ([name, probe]) => [name, (await within(probe(), probeBudgetMs)) ? 'ok' : 'down'] as const,
    ),
  );
  const checks = Object.fromEntries(entries);
  // Without Redis the API still takes mail, so only the database decides whether to send traffic here.
  const isReady = checks.postgres === 'ok';
  const status = !isReady ? 'unavailable' : entries.every(([, state]) => state === 'ok') ? 'ok' : 'degraded';
  response.status(isReady ? 200 : 503).json({ status, checks });
}

/** `/healthz` (this process is alive), `/readyz` (what it depends on), `/metrics` (Prometheus). No key needed. */
export function healthRoutes(deps: HealthDeps): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', (_request, response) => readiness(deps, response));
  router.get('/metrics', async (_request, response) => {
    const { contentType, text } = await deps.metrics();
    response.setHeader('content-type', contentType);
    response.send(text);
  });
  return router;
}

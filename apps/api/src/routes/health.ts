import { Router } from 'express';
import { shared } from '../shared.ts';
import { within } from '../within.ts';

export type HealthDeps = {
  /** Each dependency's name and whether it answers; must resolve within a second or so. */
  readonly probes: Readonly<Record<string, () => Promise<boolean>>>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
};

/** The longest that a dependency may take to answer `/readyz`, in milliseconds. */
const probeBudgetMs = 1_000;

/** Probes within so short a time of each other are one, in milliseconds. */
const readinessKeptMs = 100;

async function readiness({ probes }: HealthDeps) {
  const entries = await Promise.all(
    Object.entries(probes).map(
      async ([name, probe]) => [name, (await within(probe(), probeBudgetMs)) ? 'ok' : 'down'] as const,
    ),
  );
  const checks = Object.fromEntries(entries);
  // Without Redis the API still takes mail, so only the database decides whether to send traffic here.
  const isReady = checks.postgres === 'ok';
  const status = !isReady ? 'unavailable' : entries.every(([, state]) => state === 'ok') ? 'ok' : 'degraded';
  return { isReady, body: { status, checks } };
}

/** `/healthz` (this process is alive), `/readyz` (what it depends on), `/metrics` (Prometheus). No key needed. */
export function healthRoutes(deps: HealthDeps): Router {
  const router = Router();
  const ready = shared(() => readiness(deps), readinessKeptMs);
  const metrics = shared(async () => {
    const { contentType, text } = await deps.metrics();
    return { contentType, bytes: Buffer.from(text) };
  });
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const { isReady, body } = await ready();
    response.status(isReady ? 200 : 503).json(body);
  });
  router.get('/metrics', async (_request, response) => {
    const { contentType, bytes } = await metrics();
    response.setHeader('content-type', contentType);
    response.send(bytes);
  });
  return router;
}

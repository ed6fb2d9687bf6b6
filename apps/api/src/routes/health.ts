import { within } from '@postroom/core';
import { type Scrape, shared } from '@postroom/process';
import { Router } from 'express';

export type HealthDeps = {
  /** Each dependency's name and whether it answers; must resolve within a second or so. */
  readonly probes: Readonly<Record<string, () => Promise<boolean>>>;
  /** Why a dependency is down, where that can be told; null: it only does not answer. */
  readonly reasons?: Readonly<Record<string, () => Promise<string | null>>>;
  /** Null: they are served on a port of their own. */
  readonly metrics: (() => Promise<Scrape>) | null;
  /** The longest that a dependency may take to answer `/readyz`, in milliseconds; a second unless told. */
  readonly probeBudgetMs?: number;
};

const usualProbeBudgetMs = 1_000;

/** Probes within so short a time of each other are one, in milliseconds. */
const readinessKeptMs = 100;

/** Whether a dependency answers: null when it does, else why not. */
async function problemOf(name: string, deps: HealthDeps): Promise<string | null> {
  const { probes, reasons, probeBudgetMs = usualProbeBudgetMs } = deps;
  const probe = probes[name];
  if (probe !== undefined && (await within(probe(), probeBudgetMs)) === true) return null;
  const tell = reasons?.[name];
  return (tell === undefined ? null : await within(tell(), probeBudgetMs)) ?? 'It does not answer.';
}

async function readiness(deps: HealthDeps) {
  const found = await Promise.all(
    Object.keys(deps.probes).map(async (name) => [name, await problemOf(name, deps)] as const),
  );
  const checks = Object.fromEntries(found.map(([name, problem]) => [name, problem === null ? 'ok' : 'down']));
  const reasons = Object.fromEntries(
    found.flatMap(([name, problem]) => (problem === null ? [] : [[name, problem]])),
  );
  // Without Redis the API still takes mail, so only the database decides whether to send traffic here.
  const isReady = checks.postgres === 'ok';
  const isWell = Object.keys(reasons).length === 0;
  const status = !isReady ? 'unavailable' : isWell ? 'ok' : 'degraded';
  return { isReady, body: { status, checks, ...(isWell ? {} : { reasons }) } };
}

function serveMetricsOn(router: Router, metrics: NonNullable<HealthDeps['metrics']>): void {
  router.get('/metrics', async (_request, response) => {
    const { contentType, bytes } = await metrics();
    response.setHeader('content-type', contentType);
    response.send(bytes);
  });
}

/** `/healthz` (this process is alive), `/readyz` (what it depends on), `/metrics` (Prometheus). No key needed. */
export function healthRoutes(deps: HealthDeps): Router {
  const router = Router();
  const ready = shared(() => readiness(deps), readinessKeptMs);
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const { isReady, body } = await ready();
    response.status(isReady ? 200 : 503).json(body);
  });
  if (deps.metrics !== null) serveMetricsOn(router, deps.metrics);
  return router;
}

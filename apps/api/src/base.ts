import type { Renderer } from '@postroom/core';
import { ApiKeyStore, connectMigrated, type Database, openDatabase, WorkspaceStore } from '@postroom/db';
import type { apiVariables, Foundation } from '@postroom/process';
import { neededBy, openWatchedQueue, type SendQueue } from '@postroom/redis';
import { createMjmlCompiler, createRenderer, type MjmlCompiler } from '@postroom/rendering';
import type { z } from 'zod';
import type { ApiMetrics } from './metrics/metrics.ts';
import { openMetrics } from './metrics/open-metrics.ts';

export type ApiConfig = z.output<z.ZodObject<typeof apiVariables>>;

/** What the parts of the API stand on. */
export type Base = Foundation & {
  readonly config: ApiConfig;
  readonly database: Database;
  readonly queue: SendQueue;
  readonly renderer: Renderer;
  readonly mjml: MjmlCompiler;
  readonly metrics: ApiMetrics;
};

/** Previews and dry runs of one workspace that may wait for their rendering: each keeps a caller waiting. */
const maxWaitingRenderings = 8;

/** A statement of the API may take this long: clients wait for it. */
const statementTimeoutMs = 5_000;

/** Makes the key that the environment names, so that an installation can be used without another step. */
async function bootstrapKey(config: ApiConfig, database: Database): Promise<void> {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  if (config.BOOTSTRAP_API_KEY === undefined) return;
  await new ApiKeyStore(database.prisma).keep(workspaceId, {
    name: 'bootstrap',
    key: config.BOOTSTRAP_API_KEY,
    scopes: ['full'],
  });
}

/** Opens the servers that the configuration names; all of it goes on the close stack. */
export async function openBase(config: ApiConfig, foundation: Foundation): Promise<Base> {
  const { logger, closeStack } = foundation;
  const database = openDatabase({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_CONNECTIONS,
    statementTimeoutMs,
    pooler: config.DATABASE_POOLER,
  });
  closeStack.defer('database', () => database.close());
  await connectMigrated(database, logger);
  await bootstrapKey(config, database);
  const { queue } = await openWatchedQueue(config, foundation, neededBy.producers);
  const renderer = createRenderer({ waitingPerWorkspace: maxWaitingRenderings });
  closeStack.defer('renderer', () => renderer.close());
  const mjml = createMjmlCompiler();
  closeStack.defer('mjml', async () => mjml.close());
  const metrics = await openMetrics(config, { ...foundation, database, queue });
  return { ...foundation, config, database, queue, renderer, mjml, metrics };
}

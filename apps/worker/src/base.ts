import type { Database } from '@postroom/db';
import type { Foundation, workerVariables } from '@postroom/process';
import type { BrokenRedis, SendQueue } from '@postroom/redis';
import type { createRenderer } from '@postroom/rendering';
import type { z } from 'zod';
import type { MessageParts } from './jobs/message-parts.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { crashPointFrom } from './test-hooks.ts';

export type WorkerConfig = z.output<z.ZodObject<typeof workerVariables>>;

/** What the parts of one worker stand on. */
export type Base = Foundation & {
  readonly config: WorkerConfig;
  readonly metrics: WorkerMetrics;
  readonly database: Database;
  readonly queue: SendQueue;
  /** Resolves when Redis, which was away at the start, turns out to be one that only another setting can help. */
  readonly brokenRedis: Promise<BrokenRedis>;
  readonly renderer: ReturnType<typeof createRenderer>;
  readonly parts: MessageParts;
  readonly crashPoint: ReturnType<typeof crashPointFrom>;
};

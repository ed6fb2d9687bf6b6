import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { PostroomError } from '@postroom/core';
import { openQueueViews, type SendQueue } from '@postroom/redis';
import type { RequestHandler } from 'express';
import { createJobHistory } from './job-history.ts';

/** Where the board's own files are: in its package, also where all else is bundled. */
const uiBasePath = () => dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));

/**
 * Bull Board on our queues, to be looked at. This file is loaded when somebody opens it: what it stands on takes memory and
 * time that an API without it does not pay. Of the connections and of Redis itself it tells nothing: that would need commands
 * that a careful Redis does not allow us.
 */
export function createQueueBoard(
  { redis, throughput }: Pick<SendQueue, 'redis' | 'throughput'>,
  { prefix, path }: { readonly prefix: string; readonly path: string },
): RequestHandler {
  const server = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: openQueueViews({ redis, prefix }).map(
      (queue) => new BullMQAdapter(queue, { readOnlyMode: true }),
    ),
    serverAdapter: server,
    options: {
      uiBasePath: uiBasePath(),
      historyProvider: createJobHistory({ throughput, now: Date.now }),
      uiConfig: {
        boardTitle: 'Postroom queues',
        miscLinks: [{ text: 'Dashboard', url: '/dashboard' }],
        hideDocsLink: true,
        hideRedisDetails: true,
        showWorkers: false,
        showMetrics: true,
      },
    },
  });
  // What goes wrong here is that Redis does not answer.
  server.setErrorHandler((error) => {
    throw new PostroomError('unavailable', 'Redis does not answer just now: try again shortly.', {
      cause: error,
    });
  });
  const app: ReturnType<typeof server.getRouter> = server.getRouter();
  app.disable('x-powered-by');
  return app;
}

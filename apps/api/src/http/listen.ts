import { type ListeningServer, type ServeOptions, serveHttp } from '@postroom/process';
import type { Express } from 'express';
import { gatherChunks } from './gather-chunks.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';

/** What the application hears when its server is about to close: answers that go on for ever have to end. */
export const closing = 'closing';

/** Serves an application; port 0 picks a free one. */
export async function listen(app: Express, options: Omit<ServeOptions, 'prepare'>): Promise<ListeningServer> {
  const server = await serveHttp(app, {
    ...options,
    prepare: (bare) => {
      bare.on('request', gatherChunks);
      refuseUnreadable(bare);
    },
  });
  return {
    port: server.port,
    close: () => {
      app.emit(closing);
      return server.close();
    },
  };
}

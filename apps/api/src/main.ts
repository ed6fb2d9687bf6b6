import { setFlagsFromString } from 'node:v8';
import { apiVariables, parseEnv, runProcess } from '@postroom/process';
import { listen } from './http/listen.ts';
import { wireApi } from './wire.ts';

/** How long requests in hand may go on after the process was told to stop, in milliseconds. */
const shutdownMs = 10_000;

// The heap may grow by so much of what is in use before it is cleaned up. V8's own measure lets it grow to four times of
// what one large batch had, and a process that was asked for a few of them keeps a gigabyte.
setFlagsFromString('--heap-growing-percent=30');

runProcess(() => {
  const config = parseEnv(apiVariables, process.env);
  return {
    service: 'api',
    logLevel: config.LOG_LEVEL,
    shutdownMs,
    start: async (foundation) => {
      if (!process.env.PUBLIC_URL) {
        foundation.logger.warn({ event: 'public_url_default', publicUrl: config.PUBLIC_URL });
      }
      const app = await wireApi(config, foundation);
      const server = await listen(app, { host: config.HOST, port: config.PORT });
      foundation.closeStack.defer('http', server.close);
      foundation.logger.info({ event: 'api_started', port: server.port });
      return {};
    },
  };
});

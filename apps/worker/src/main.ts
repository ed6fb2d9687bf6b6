import { setFlagsFromString } from 'node:v8';
import { parseEnv, runProcess, workerVariables } from '@postroom/process';
import { wireWorker } from './wire.ts';

// Where there is much memory V8 lets what is dead grow to four times what lives before it looks for it. Twice is enough.
setFlagsFromString('--heap-growing-percent=100');

/** Time beyond that of the sends in hand in which the connections are closed, in milliseconds. */
const closingMs = 3_000;

runProcess(() => {
  const config = parseEnv(workerVariables, process.env);
  return {
    service: 'worker',
    logLevel: config.LOG_LEVEL,
    shutdownMs: config.SHUTDOWN_TIMEOUT_MS + closingMs,
    start: async (foundation) => {
      if (!process.env.PUBLIC_URL) {
        foundation.logger.warn({ event: 'public_url_default', publicUrl: config.PUBLIC_URL });
      }
      const { stuck } = await wireWorker(config, foundation);
      foundation.logger.info({ event: 'worker_started', concurrency: config.WORKER_CONCURRENCY });
      return { broken: stuck };
    },
  };
});

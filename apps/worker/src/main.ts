import { ConfigError, parseEnv, workerVariables } from '@postroom/config';
import { createCloseStack, createLogger, errorFields, untilStopped } from '@postroom/observability';
import { wireWorker } from './wire.ts';

async function main(): Promise<number> {
  const config = parseEnv(workerVariables, process.env);
  const logger = createLogger({ service: 'worker', level: config.LOG_LEVEL });
  const closeStack = createCloseStack(logger);
  try {
    const { stuck } = await wireWorker(config, { logger, closeStack });
    logger.info({ event: 'worker_started', concurrency: config.WORKER_CONCURRENCY });
    const ended = await Promise.race([untilStopped(), stuck]);
    logger.info({ event: 'worker_stopping', reason: ended });
    await closeStack.closeAll(config.SHUTDOWN_TIMEOUT_MS + 3_000);
    return ended === 'stuck' ? 1 : 0;
  } catch (error) {
    logger.error({ event: 'worker_failed', ...errorFields(error) });
    await closeStack.closeAll(3_000);
    return 1;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

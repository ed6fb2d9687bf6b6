import { apiVariables, ConfigError, parseEnv } from '@postroom/config';
import { createCloseStack, createLogger, errorFields, untilStopped } from '@postroom/observability';
import { listen } from './listen.ts';
import { wireApi } from './wire.ts';

/** How long requests in hand may go on after the process was told to stop, in milliseconds. */
const shutdownMs = 10_000;

async function main(): Promise<number> {
  const config = parseEnv(apiVariables, process.env);
  const logger = createLogger({ service: 'api', level: config.LOG_LEVEL });
  const closeStack = createCloseStack(logger);
  try {
    const app = await wireApi(config, { logger, closeStack });
    const server = await listen(app, { host: config.HOST, port: config.PORT });
    closeStack.defer('http', server.close);
    logger.info({ event: 'api_started', port: server.port });
    const signal = await untilStopped();
    logger.info({ event: 'api_stopping', reason: signal });
    await closeStack.closeAll(shutdownMs);
    return 0;
  } catch (error) {
    logger.error({ event: 'api_failed', ...errorFields(error) });
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

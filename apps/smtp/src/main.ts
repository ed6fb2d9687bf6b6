import { parseEnv, runProcess, smtpVariables } from '@postroom/process';
import { wireSmtp } from './wire.ts';

/** How long messages in hand may go on after the process was told to stop, in milliseconds. */
const shutdownMs = 15_000;

runProcess(() => {
  const config = parseEnv(smtpVariables, process.env);
  return {
    service: 'smtp',
    logLevel: config.LOG_LEVEL,
    shutdownMs,
    start: async (foundation) => {
      const ports = await wireSmtp(config, foundation);
      foundation.logger.info({ event: 'smtp_started', ...ports });
      return {};
    },
  };
});

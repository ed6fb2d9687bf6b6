export { ConfigError, parseEnv } from './env/parse-env.ts';
export { apiVariables, sharedVariables, wholeNumber, workerVariables } from './env/variables.ts';
export { createLogger, errorFields, type Logger } from './log/logger.ts';
export { createRecurringErrors, type RecurringErrors, type Trouble } from './log/recurring-errors.ts';
export { createEventDelay } from './metrics/event-delay.ts';
export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from './metrics/metrics.ts';
export { type CloseStack, createCloseStack } from './run/close-stack.ts';
export { type Foundation, runProcess, sayReady } from './run/run-process.ts';

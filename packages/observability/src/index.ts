export { type CloseStack, createCloseStack } from './close-stack.ts';
export { createEventDelay } from './event-delay.ts';
export { createLogger, errorFields, type Logger } from './logger.ts';
export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from './metrics.ts';
export { createRecurringErrors, type RecurringErrors, type Trouble } from './recurring-errors.ts';
export { type Foundation, runProcess, sayReady } from './run-process.ts';

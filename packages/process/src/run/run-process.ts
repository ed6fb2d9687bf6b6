import { setFlagsFromString } from 'node:v8';
import { createLogger, errorFields, type Logger } from '../log/logger.ts';
import { createRecurringErrors, type RecurringErrors } from '../log/recurring-errors.ts';
import { openTracer, type ProcessTracer } from '../tracing/open-tracer.ts';
import { type CloseStack, createCloseStack } from './close-stack.ts';
import { untilStopped } from './run-until-stopped.ts';

/** What a process stands on: where it logs, once or again and again, where it notes what it opened, and what it is traced with. */
export type Foundation = {
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly closeStack: CloseStack;
  /** Null: nobody listens, and nothing is traced. */
  readonly tracer: ProcessTracer | null;
};

/** One process of the pipeline, once its environment has been read. */
export type ProcessPlan = {
  readonly service: string;
  readonly logLevel: string;
  /** How long closing may take once the process was told to stop, in milliseconds. */
  readonly shutdownMs: number;
  /** Opens everything; what it resolves with may end the process by itself, as a failure. */
  readonly start: (foundation: Foundation) => Promise<{ readonly broken?: Promise<string> }>;
};

const shutdownAfterFailureMs = 3_000;

/** Remembers what is opened all the same, and has a start that was told to stop open nothing after it. */
const haltedBy = (closeStack: CloseStack, isStopping: () => boolean): CloseStack => ({
  ...closeStack,
  defer: (name, close) => {
    closeStack.defer(name, close);
    if (isStopping()) throw new Error('It was told to stop while it started.');
  },
});

async function run(plan: ProcessPlan): Promise<number> {
  const logger = createLogger({ service: plan.service, level: plan.logLevel });
  const closeStack = createCloseStack(logger);
  const errors = createRecurringErrors(logger);
  closeStack.defer('errors', () => errors.close());
  const tracer = openTracer();
  closeStack.defer('traces', () => tracer?.flush());
  // Listened for before anything is opened: nobody else hears a signal that comes while it starts.
  let isStarting = true;
  let isStopping = false;
  const stopped = untilStopped().then((signal) => {
    isStopping = isStarting;
    return { signal, code: 0 };
  });
  const runUntilBroken = async () => {
    const { broken } = await plan.start({
      logger,
      errors,
      closeStack: haltedBy(closeStack, () => isStopping),
      tracer,
    });
    isStarting = false;
    if (!isStopping) sayReady();
    return broken === undefined ? stopped : { signal: await broken, code: 1 };
  };
  try {
    const reason = await Promise.race([stopped, runUntilBroken()]);
    logger.info({ event: `${plan.service}_stopping`, reason: reason.signal });
    await closeStack.closeAll(plan.shutdownMs);
    return reason.code;
  } catch (error) {
    logger.error({ event: `${plan.service}_failed`, ...errorFields(error) });
    await closeStack.closeAll(shutdownAfterFailureMs);
    return 1;
  }
}

/** Tells whoever started this process over a channel of Node that it serves now, as process managers expect it. */
export function sayReady(): void {
  if (process.connected) process.send?.('ready');
}

/**
 * Reads the configuration, opens everything, runs until told to stop, closes newest first, and exits: a
 * leaked handle cannot keep a half-dead process. A configuration that cannot be used is told on stderr.
 */
export function runProcess(readPlan: () => ProcessPlan): void {
  const exit = (code: number) => process.exit(code);
  // What is WebAssembly here, Prisma's compiler of queries, is compiled once. Compiled again, which is to make it faster, it
  // takes 15 to 25 MB more, and no request of the hot path is faster.
  setFlagsFromString('--liftoff-only');
  try {
    void run(readPlan()).then(exit);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  }
}

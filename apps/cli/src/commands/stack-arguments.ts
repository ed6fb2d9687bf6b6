import { readWholeNumber } from '../arguments.ts';
import type { StackOptions } from '../stack/processes.ts';

/** The options of every command that starts a stack. */
export const stackArguments = {
  port: { type: 'string' },
  workers: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  'send-rate': { type: 'string' },
} as const;

/** Reads the values of `stackArguments`; `PORT` counts where no `--port` was given. */
export function stackOptionsOf(values: {
  readonly port?: string | undefined;
  readonly workers?: string | undefined;
  readonly fresh: boolean;
  readonly 'send-rate'?: string | undefined;
}): StackOptions {
  const { PORT } = process.env;
  const portName = values.port === undefined ? 'PORT' : '--port';
  return {
    port: readWholeNumber(values.port ?? PORT, { name: portName, min: 1, max: 65_535, fallback: 3_001 }),
    workers: readWholeNumber(values.workers, { name: '--workers', min: 1, max: 64, fallback: 1 }),
    isFresh: values.fresh,
    sendRate: readWholeNumber(values['send-rate'], {
      name: '--send-rate',
      min: 1,
      max: 100_000,
      fallback: 200,
    }),
  };
}

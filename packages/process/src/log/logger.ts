import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * A logger that writes one JSON line per event: `event` is its stable name, beside it ids and numbers, never
 * an address, template data or a key.
 */
export function createLogger(options: { readonly service: string; readonly level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** It begins where a word does: begun anew at each character, it would take the square of a word's length. */
const addressPattern = /(?<![^\s<>"'])[^\s<>"']+@[^\s<>"']+/g;

/** The part of an error that may be logged: driver messages can quote row values, so they are cut. */
export function errorFields(error: unknown): { readonly errorName: string; readonly errorMessage: string } {
  if (!(error instanceof Error)) return { errorName: typeof error, errorMessage: 'not an Error' };
  const message = error.message.slice(0, 3_000).replace(addressPattern, '<address>');
  return { errorName: error.name, errorMessage: message.slice(0, 600) };
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageProblem } from './problem.ts';

/** Reads a command's arguments; rejects unknown options and missing values with a `UsageProblem`. */
export function readArguments<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node goes on to explain how a positional argument may begin with a dash.
    const [sentence = ''] = error.message.split(/\. (?=To )|\n/);
    throw new UsageProblem(sentence.endsWith('.') ? sentence : `${sentence}.`);
  }
}

/** Reads an option that is a whole number within bounds; `fallback` when it was left out. */
export function readWholeNumber(
  text: string | undefined,
  bounds: { readonly name: string; readonly min: number; readonly max: number; readonly fallback: number },
): number {
  if (text === undefined || text === '') return bounds.fallback;
  const { name, min, max } = bounds;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageProblem(`${name} takes a whole number from ${min} to ${max}, not "${text}".`);
}

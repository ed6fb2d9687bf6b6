import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads arguments; throws `UsageError` where they are none of the options. */
export function readArguments<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A whole number within bounds; throws `UsageError`, in which the option has its name. */
export function wholeNumber(
  text: string,
  { name, min, max }: { readonly name: string; readonly min: number; readonly max: number },
): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} takes a whole number from ${min} to ${max}, not "${text}".`);
}

/** Ends the process with the code that a program answers, or with 1 and why; a wrong command line is 2, and names `help`. */
export function runProgram(program: () => Promise<number>, help: string): void {
  program().then(
    (code) => process.exit(code),
    (error: unknown) => {
      const isUsage = error instanceof UsageError;
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(isUsage ? `${error.message}\nRun: ${help}\n` : `${words}\n`);
      process.exit(isUsage ? 2 : 1);
    },
  );
}

import * as z from 'zod';

/** Raised when the environment cannot be used; the message names every bad variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const secretName = /(URL|KEY|SECRET|TOKEN|PASSWORD|PEM)$/;

function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  return secretName.test(name) ? 'a value that is not shown' : JSON.stringify(value);
}

/**
 * Parses the environment once. A variable that is empty, or of spaces alone, counts as absent. Every bad one is reported at once: its
 * name, what was expected and what it got, with secrets never printed.
 */
export function parseEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name}: ${issue.message}; got ${shown(name, env[name])}`;
  });
  throw new ConfigError(`The environment cannot be used:\n${lines.join('\n')}`);
}

import { fileURLToPath } from 'node:url';

/** A span as a traced process prints it. */
export type PrintedSpan = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  /** The traces that it is linked to. */
  readonly linked: readonly string[];
  readonly attributes: Readonly<Record<string, string | number>>;
};

/** The environment of a process that is traced as whoever runs Postroom would have it traced. */
export const tracedEnv = {
  NODE_OPTIONS: `--import ${fileURLToPath(new URL('./print-spans.mjs', import.meta.url))}`,
};

/** The span that a line of a process tells of, or null. */
export function spanOf(line: string): PrintedSpan | null {
  return line.startsWith('{"span":') ? JSON.parse(line).span : null;
}

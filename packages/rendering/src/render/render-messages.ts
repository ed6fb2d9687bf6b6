import type { RenderOutcome, SnapshotContent, TemplateValues } from '@postroom/core';
import type { InvalidTemplate } from '../template/inspect-template.ts';

/** The exit code of a render process that ended itself because a render took too long. */
export const overdueExitCode = 75;

/** What a render process is started with; it ends itself when one render has kept it for longer than `endAfterMs`. */
export type RenderProcessSettings = {
  readonly cacheSize: number;
  readonly maxOutputBytes: number;
  readonly endAfterMs: number;
};

/** One render; a process gets the next only after it has answered. */
export type RenderRequest = {
  readonly snapshot: SnapshotContent;
  readonly context: TemplateValues;
  /** What the template reads as `@name`. */
  readonly provided?: TemplateValues;
};

/** `ready` comes once, when the process has loaded its code; `done` answers a request. */
export type RenderProcessMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly outcome: RenderOutcome };

/** Why a stored template does not render, as the reason of a failed render. */
export function invalidReason({ part, line, column, reason }: InvalidTemplate): string {
  return `${part}, line ${line}, column ${column}: ${reason}`;
}

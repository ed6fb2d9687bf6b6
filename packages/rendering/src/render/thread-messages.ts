import type { RenderOutcome, SnapshotContent, TemplateValues } from '@postroom/core';
import type { InvalidTemplate } from '../template/inspect-template.ts';

/** What a render thread is started with. */
export type RenderThreadSettings = { readonly cacheSize: number; readonly maxOutputBytes: number };

/** One render; a thread gets the next only after it has answered. */
export type RenderRequest = {
  readonly snapshot: SnapshotContent;
  readonly context: TemplateValues;
  /** What the template reads as `@name`. */
  readonly provided?: TemplateValues;
};

/** `ready` comes once, when the thread has loaded its code; `done` answers a request. */
export type RenderThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly outcome: RenderOutcome };

/** Why a stored template does not render, as the reason of a failed render. */
export function invalidReason({ part, line, column, reason }: InvalidTemplate): string {
  return `${part}, line ${line}, column ${column}: ${reason}`;
}

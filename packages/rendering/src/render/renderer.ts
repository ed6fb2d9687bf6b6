import type { Renderer, RenderOutcome, SnapshotContent } from '@postroom/core';
import { createTemplateCompiler, type TemplateCompiler } from '../template/compile-template.ts';
import { inspectTemplate } from '../template/inspect-template.ts';
import {
  canCompileInline,
  canInspectInline,
  canRenderInline,
  type InlineCost,
  measureInlineData,
  sourceCharacters,
} from './can-render-inline.ts';
import { type CompiledTemplate, compileTemplate, renderCompiled } from './compiled-template.ts';
import { createSnapshotCache } from './snapshot-cache.ts';
import { startRenderThread } from './start-thread.ts';
import { invalidReason } from './thread-messages.ts';
import { ThreadPool } from './thread-pool.ts';

/** Bounds of a renderer; what is absent is the default named beside it. */
export type RendererOptions = {
  /** Threads at most, started when first needed: 2. */
  readonly threads?: number;
  /** Time that one render may take in a thread, in milliseconds: 1000. */
  readonly timeoutMs?: number;
  /** UTF-8 bytes of subject, html and text together: 10 MiB. */
  readonly maxOutputBytes?: number;
  /** Templates kept compiled, in this thread and in each of its own: 500. */
  readonly cacheSize?: number;
};

/** A renderer and the threads that it owns. */
export type ClosableRenderer = Renderer & {
  /** Stops the threads; renders that have not ended are rejected. */
  close(): Promise<void>;
};

type Plan =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'inline'; readonly cost: InlineCost; readonly template: CompiledTemplate }
  | { readonly kind: 'pooled' };

/**
 * Makes a renderer that does in the calling thread what cannot take long, and everything else in
 * threads that are stopped after the time limit.
 */
export function createRenderer(options: RendererOptions = {}): ClosableRenderer {
  const { threads = 2, timeoutMs = 1_000, maxOutputBytes = 10 * 1024 * 1024, cacheSize = 500 } = options;
  const compiler = createTemplateCompiler({ maxOutputBytes });
  const plans = createSnapshotCache(cacheSize, (snapshot) => planOf(snapshot, compiler));
  const startThread = () => startRenderThread({ cacheSize, maxOutputBytes });
  const pool = new ThreadPool({ threads, timeoutMs, startThread });
  return {
    async render(snapshot, context, { provided = {} } = {}): Promise<RenderOutcome> {
      const { kind, subject, html, text } = snapshot;
      if (kind === 'literal') return { kind: 'rendered', content: { subject, html, text } };
      const plan = plans.get(snapshot);
      if (plan.kind === 'refused') return { kind: 'failed', reason: plan.reason };
      if (plan.kind === 'inline' && canRenderInline(plan.cost, measureInlineData([context, provided]))) {
        return renderCompiled(plan.template, { context, provided }, maxOutputBytes);
      }
      return pool.run({ snapshot, context, provided });
    },
    close: () => pool.close(),
  };
}

/** A source that is long, or whose tree is large, is left to the threads without another look. */
function planOf(snapshot: SnapshotContent, compiler: TemplateCompiler): Plan {
  if (!canInspectInline(snapshot)) return { kind: 'pooled' };
  const inspection = inspectTemplate(snapshot, compiler.helpers);
  if (inspection.kind === 'invalid') return { kind: 'refused', reason: invalidReason(inspection) };
  const cost = { ...inspection.cost, sourceCharacters: sourceCharacters(snapshot) };
  if (!canCompileInline(cost)) return { kind: 'pooled' };
  return { kind: 'inline', cost, template: compileTemplate(snapshot, compiler) };
}

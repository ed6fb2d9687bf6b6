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
import { type CompiledTemplate, compileTemplate, renderCompiled, warmUp } from './compiled-template.ts';
import { InlineMeter, MeterSpentError } from './inline-meter.ts';
import { LoopShare } from './loop-share.ts';
import { invalidReason, type RenderRequest } from './render-messages.ts';
import { RenderPool } from './render-pool.ts';
import { createSnapshotCache } from './snapshot-cache.ts';
import { startRenderProcess } from './start-process.ts';

/** Bounds of a renderer; what is absent is the default named beside it. */
export type RendererOptions = {
  /** Processes at most, started when first needed: 2. */
  readonly processes?: number;
  /** Time that one render may take in a process, in milliseconds: 1000. */
  readonly timeoutMs?: number;
  /** UTF-8 bytes of subject, html and text together: 10 MiB. */
  readonly maxOutputBytes?: number;
  /** Templates kept compiled, in this process and in each of its own: 500. */
  readonly cacheSize?: number;
  /** Renders of one workspace that may wait for a process: 100. */
  readonly waitingPerWorkspace?: number;
};

/** A renderer and the processes that it owns. */
export type ClosableRenderer = Renderer & {
  /** Ends the processes; renders that have not ended are rejected. */
  close(): Promise<void>;
};

type Plan =
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'inline';
      readonly cost: InlineCost;
      readonly template: CompiledTemplate;
      /** Renders that go to a process although they look small, because one took too long. */
      distrusted: number;
    }
  | { readonly kind: 'pooled' };

/** How many renders of a template go to a process after one took too long in place. */
const distrustedAfterOverrun = 20;

/** How many times its time limit a render may take when nobody is there to end it. */
const withoutParent = 5;

/**
 * Makes a renderer that does in the calling thread what takes a few milliseconds at most, and everything else in
 * processes that are killed after the time limit.
 */
export function createRenderer(options: RendererOptions = {}): ClosableRenderer {
  const { processes = 2, timeoutMs = 1_000, maxOutputBytes = 10 * 1024 * 1024, cacheSize = 500 } = options;
  const { waitingPerWorkspace = 100 } = options;
  const meter = new InlineMeter();
  const loop = new LoopShare();
  const compiler = createTemplateCompiler({ maxOutputBytes, meter });
  const plans = createSnapshotCache(cacheSize, (snapshot) => planOf(snapshot, compiler));
  const settings = { cacheSize, maxOutputBytes, endAfterMs: timeoutMs * withoutParent };
  const pool = new RenderPool({
    processes,
    timeoutMs,
    waitingPerWorkspace,
    startProcess: (listener) => startRenderProcess(settings, listener),
  });
  const renderInPlace = (request: RenderRequest): RenderOutcome | null => {
    const plan = plans.get(request.snapshot);
    if (plan.kind === 'refused') return { kind: 'failed', reason: plan.reason };
    const data = [request.context, request.provided ?? {}];
    if (plan.kind === 'pooled' || !canRenderInline(plan.cost, measureInlineData(data))) return null;
    if (plan.distrusted > 0) {
      plan.distrusted -= 1;
      return null;
    }
    meter.begin();
    try {
      return renderCompiled(plan.template, request, maxOutputBytes);
    } catch (error) {
      if (!(error instanceof MeterSpentError)) throw error;
      plan.distrusted = distrustedAfterOverrun;
      return null;
    } finally {
      meter.end();
    }
  };
  return {
    async render(snapshot, context, { provided = {}, ...asker }): Promise<RenderOutcome> {
      const { kind, subject, html, text } = snapshot;
      if (kind === 'literal') return { kind: 'rendered', content: { subject, html, text } };
      const request = { snapshot, context, provided };
      const rendered = await loop.run(() => renderInPlace(request));
      return rendered ?? pool.run(request, asker);
    },
    close: () => pool.close(),
  };
}

/** A source that is long, or whose tree is large, is left to the processes without another look. */
function planOf(snapshot: SnapshotContent, compiler: TemplateCompiler): Plan {
  if (!canInspectInline(snapshot)) return { kind: 'pooled' };
  const inspection = inspectTemplate(snapshot, compiler.helpers);
  if (inspection.kind === 'invalid') return { kind: 'refused', reason: invalidReason(inspection) };
  const cost = { ...inspection.cost, sourceCharacters: sourceCharacters(snapshot) };
  if (!canCompileInline(cost)) return { kind: 'pooled' };
  const template = compileTemplate(snapshot, compiler);
  warmUp(template);
  return { kind: 'inline', cost, template, distrusted: 0 };
}

import type { RenderOutcome, SnapshotContent } from '@postroom/core';
import { createTemplateCompiler } from '../template/compile-template.ts';
import { inspectTemplate } from '../template/inspect-template.ts';
import { compileTemplate, renderCompiled } from './compiled-template.ts';
import { createInterruptible } from './interruptible.ts';
import {
  invalidReason,
  overdueExitCode,
  type RenderProcessMessage,
  type RenderProcessSettings,
  type RenderRequest,
} from './render-messages.ts';
import { createSnapshotCache } from './snapshot-cache.ts';

const settings: RenderProcessSettings = JSON.parse(process.argv[2] ?? '{}');
const compiler = createTemplateCompiler(settings);
const templates = createSnapshotCache(settings.cacheSize, prepare);
const runWithin = createInterruptible();

function prepare(snapshot: SnapshotContent): (request: RenderRequest) => RenderOutcome {
  const inspection = inspectTemplate(snapshot, compiler.helpers);
  if (inspection.kind === 'invalid') {
    const reason = invalidReason(inspection);
    return () => ({ kind: 'failed', reason });
  }
  const template = compileTemplate(snapshot, compiler);
  return (request) => renderCompiled(template, request, settings.maxOutputBytes);
}

function answer(message: RenderProcessMessage): void {
  process.send?.(message);
}

// The parent ends a render that takes too long; one whose parent is gone has to end by itself. Without a parent the channel
// to it is closed, and nothing else keeps this process running.
process.on('message', (request: RenderRequest) => {
  const outcome = runWithin(settings.endAfterMs, () => templates.get(request.snapshot)(request));
  if (outcome === null) process.exit(overdueExitCode);
  answer({ kind: 'done', outcome });
});
// A terminal, or a supervisor, tells the whole group: the parent still wants what it is waiting for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
answer({ kind: 'ready' });

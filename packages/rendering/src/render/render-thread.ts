import { parentPort, workerData } from 'node:worker_threads';
import type { RenderOutcome, SnapshotContent } from '@postroom/core';
import { createTemplateCompiler } from '../template/compile-template.ts';
import { inspectTemplate } from '../template/inspect-template.ts';
import { compileTemplate, renderCompiled } from './compiled-template.ts';
import { createSnapshotCache } from './snapshot-cache.ts';
import {
  invalidReason,
  type RenderRequest,
  type RenderThreadMessage,
  type RenderThreadSettings,
} from './thread-messages.ts';

const settings: RenderThreadSettings = workerData;
const compiler = createTemplateCompiler(settings);
const templates = createSnapshotCache(settings.cacheSize, prepare);

function prepare(snapshot: SnapshotContent): (request: RenderRequest) => RenderOutcome {
  const inspection = inspectTemplate(snapshot, compiler.helpers);
  if (inspection.kind === 'invalid') {
    const reason = invalidReason(inspection);
    return () => ({ kind: 'failed', reason });
  }
  const template = compileTemplate(snapshot, compiler);
  return (request) => renderCompiled(template, request, settings.maxOutputBytes);
}

function answer(message: RenderThreadMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: RenderRequest) => {
  answer({ kind: 'done', outcome: templates.get(request.snapshot)(request) });
});
answer({ kind: 'ready' });

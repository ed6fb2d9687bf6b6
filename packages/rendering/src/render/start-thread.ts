import { Worker } from 'node:worker_threads';
import type { RenderThreadSettings } from './thread-messages.ts';

/** Old-generation heap of one thread: some twenty times the largest output. */
const MAX_HEAP_MEGABYTES = 256;

/**
 * Starts a render thread. From source (tests, development) the thread needs tsx to read
 * TypeScript; built, this module and the thread's are both plain JavaScript.
 */
export function startRenderThread(settings: RenderThreadSettings): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './render-thread-from-source.mjs' : './render-thread.js', import.meta.url);
  return new Worker(entry, {
    workerData: settings,
    execArgv: isSource ? ['--conditions=@postroom/source'] : [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
    stdin: false,
  });
}

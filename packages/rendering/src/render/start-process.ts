import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  overdueExitCode,
  type RenderProcessMessage,
  type RenderProcessSettings,
  type RenderRequest,
} from './render-messages.ts';

/** What the owner of a render process hears of it. */
export type RenderProcessListener = {
  readonly onMessage: (message: RenderProcessMessage) => void;
  /** It has ended, and nothing else comes; `reason` says why in words without data, `cause` what it wrote before. */
  readonly onEnd: (reason: string, cause: Error) => void;
};

/** A process that renders for its owner, which alone keeps it running; killing it always works. */
export type RenderProcess = {
  readonly pid: number | undefined;
  /** Gives it a render, and keeps the owner running until `rest`. Throws for a context that cannot be given. */
  send(request: RenderRequest): void;
  /** Lets the owner end although this process runs. */
  rest(): void;
  /** Milliseconds of CPU that it has taken so far, in steps of ten; null where the system does not tell. */
  cpuMs(): number | null;
  /** Kills it; resolves once it has ended. */
  stop(): Promise<void>;
};

/** Old-generation heap of one process, in megabytes: over ten times the largest output. */
const maxHeapMegabytes = 160;

/** Characters that are kept of what a process wrote before it ended. */
const keptCharacters = 1_000;

/** What of this process's environment a render may depend on; no address, password or key is among it. */
const passedOn = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_ICU_DATA'];

/** The environment of a process that renders. */
export const renderEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(passedOn.map((name) => [name, process.env[name]]));

/**
 * The arguments of Node.js that run a program of this package, which lies beside the module at `place`. From source it needs
 * tsx to read TypeScript; built, that module and the program's are both plain JavaScript.
 */
export function programArgs(place: string, program: string, heapMegabytes: number): readonly string[] {
  const isSource = place.endsWith('.ts');
  const entry = new URL(`./${program}${isSource ? '-from-source.mjs' : '.js'}`, place);
  const conditions = isSource ? ['--conditions=@postroom/source'] : [];
  return [`--max-old-space-size=${heapMegabytes}`, ...conditions, fileURLToPath(entry)];
}

/** How V8 ends a process whose heap is full, and the kernel one that takes too much memory. */
const memorySignals: ReadonlySet<string | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL']);

/** Milliseconds of one tick of `/proc`; see proc(5). */
const tickMs = 10;

/** Milliseconds of CPU by Linux's own account, null where there is none: the 14th and 15th field; the second is a name in parentheses. */
export function cpuMsOf(pid: number | undefined): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * tickMs : null;
  } catch {
    return null;
  }
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (memorySignals.has(signal)) return 'rendering took too much memory';
  return code === overdueExitCode ? 'rendering took too long' : 'rendering ended its process';
}

function letRest(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
}

/** Starts a process from the arguments of Node.js. */
export function spawnRenderProcess(
  args: readonly string[],
  { onMessage, onEnd }: RenderProcessListener,
): RenderProcess {
  const child = spawn(process.execPath, args, {
    env: renderEnv(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-keptCharacters);
  });
  const ended = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      resolve();
      onEnd(reason, new Error(`the render process ended: ${written.trim() || reason}`));
    };
    child.once('error', (error) => {
      written += error.message;
      // One that never started has no exit; one that cannot be told anything is of no use.
      if (child.pid === undefined) end('rendering ended its process');
      else child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => end(reasonOf(code, signal)));
  });
  child.on('message', onMessage);
  return {
    pid: child.pid,
    send: (request) => {
      child.send(request, () => undefined);
      child.ref();
      child.channel?.ref();
    },
    rest: () => letRest(child),
    cpuMs: () => cpuMsOf(child.pid),
    stop: () => {
      // Its end is waited for.
      child.ref();
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** Starts a render process. */
export function startRenderProcess(
  settings: RenderProcessSettings,
  listener: RenderProcessListener,
): RenderProcess {
  const args = programArgs(import.meta.url, 'render-process', maxHeapMegabytes);
  return spawnRenderProcess([...args, JSON.stringify(settings)], listener);
}

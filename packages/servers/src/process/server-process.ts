import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { removePidFile, sendSignal, writePidFile } from './pid-file.ts';

/** A database server that runs as a child of this process, on 127.0.0.1 only. */
export type RunningServer = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server in its orderly way and resolves when it is gone; may be called again. */
  stop(): Promise<void>;
  /** Sends any signal; after a deadly one, resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** How one kind of server is started, seen to be ready, and ended. */
export type ServerProgram = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Under whose account it runs; ours unless told. */
  readonly user?: { readonly uid?: number; readonly gid?: number };
  /** Where `postroom.pid` is kept. */
  readonly stateDir: string;
  readonly url: string;
  readonly port: number;
  readonly stopSignal: NodeJS.Signals;
  /** Whether the server with this pid (and not another one on the same port) takes work. */
  readonly isReady: (pid: number) => Promise<boolean>;
  readonly log: (line: string) => void;
};

const readyWithinMs = 30_000;
const stopWithinMs = 15_000;
const deadlySignals: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT'];

/** The server ended before it was ready; the message ends with its own last words. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** Starts the program and resolves once it answers; rejects with the server's last lines when it does not. */
export async function startServer(program: ServerProgram): Promise<RunningServer> {
  const child = spawnServer(program);
  const lastLines = collectLines(child, program.log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve();
    });
  });
  try {
    const pid = await waitUntilReady(program, child, exited);
    await writePidFile(program.stateDir, pid);
    return handleOf(program, child, { pid, exited });
  } catch (error) {
    await endChild(child, { signal: 'SIGKILL', withinMs: stopWithinMs });
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServerStartError(`${program.name} did not start: ${reason}\n${lastLines.join('\n')}`, {
      cause: error,
    });
  }
}

function spawnServer(program: ServerProgram): ChildProcess {
  return spawn(program.command, [...program.args], {
    env: program.env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C in the terminal reaches only us, and we stop the servers in order.
    detached: true,
    ...program.user,
  });
}

function handleOf(
  program: ServerProgram,
  child: ChildProcess,
  { pid, exited }: { pid: number; exited: Promise<void> },
): RunningServer {
  return {
    url: program.url,
    port: program.port,
    pid,
    async stop() {
      await endChild(child, { signal: program.stopSignal, withinMs: stopWithinMs });
      await removePidFile(program.stateDir);
    },
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      sendSignal(pid, signal);
      if (deadlySignals.includes(signal)) await exited;
    },
  };
}

function collectLines(child: ChildProcess, log: (line: string) => void): string[] {
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 30) lastLines.shift();
      log(line);
    });
  }
  return lastLines;
}

async function waitUntilReady(
  program: ServerProgram,
  child: ChildProcess,
  exited: Promise<void>,
): Promise<number> {
  const giveUpAt = performance.now() + readyWithinMs;
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  for (;;) {
    const { pid } = child;
    if (hasExited) throw new Error(`it ended with ${child.exitCode ?? child.signalCode ?? 'an error'}.`);
    if (pid !== undefined && (await program.isReady(pid))) return pid;
    if (performance.now() > giveUpAt) throw new Error(`it was not ready within ${readyWithinMs} ms.`);
    await sleep(10);
  }
}

/** Ends a child of this process, with SIGKILL after so long; resolves when it is gone. */
export async function endChild(
  child: ChildProcess,
  { signal, withinMs }: { readonly signal: NodeJS.Signals; readonly withinMs: number },
): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  sendSignal(child.pid, signal);
  // A frozen process sees no other signal than SIGKILL until it goes on.
  sendSignal(child.pid, 'SIGCONT');
  const killer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await exited;
  clearTimeout(killer);
}

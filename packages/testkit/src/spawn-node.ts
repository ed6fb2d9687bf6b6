import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { answersWell } from '@postroom/servers';
import { type Code, codeUnderTest, entryOf, nodeOptionsOf } from './code.ts';
import { eventually } from './eventually.ts';
import { repositoryRoot } from './repository-root.ts';

/**
 * What to run: `entry` is a TypeScript or JavaScript file, relative to the checkout's root or absolute. The source of an app
 * stands for what was compiled of it, where the run of the tests has compiled it and `code` does not say otherwise.
 */
export type SpawnNodeOptions = {
  readonly entry: string;
  readonly args?: readonly string[];
  /** Whether `entry` is compiled, or TypeScript source. */
  readonly code?: Code;
  /** The folder of another checkout that `entry` is of, and whose packages it uses; this one unless told. */
  readonly checkout?: string | undefined;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nodeArgs?: readonly string[];
  /** By how much it steps back behind other processes, 0 to 19, as nice(1) has it. */
  readonly niceness?: number;
  /** Whether it has a channel for messages to this process and back. */
  readonly hasChannel?: boolean;
  /** Hears every line that the process writes, from both of its outputs. */
  readonly onLine?: (line: string) => void;
};

/** How a process ended: its code, or the signal that ended it. */
export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

const keptLines = 10_000;

/**
 * A process of a test lives for seconds: V8 is told to leave WebAssembly, which is Prisma's compiler of queries, as it first compiled
 * it. To optimise it takes a third of the CPU of a start, and pays off in minutes. With room for what is new it does not look for
 * what is dead at every mebibyte of a start, which is a tenth.
 */
const isTest = process.env.JEST_WORKER_ID !== undefined || process.env.POSTROOM_TEST_CODE !== undefined;
const briefly = isTest ? ['--liftoff-only', '--min-semi-space-size=16'] : [];

/** As in the image: Node 24 has twice the room of 20 and 22 for what is new, unless told. */
export const roomForNew = '--max-semi-space-size=16';

function underTest({ entry, code }: SpawnNodeOptions): { readonly entry: string; readonly code: Code } {
  const [, app, file] = /^apps\/(\w+)\/src\/(.+)\.ts$/.exec(entry) ?? [];
  if (code !== undefined || app === undefined || file === undefined) return { entry, code: code ?? 'source' };
  return { entry: entryOf(codeUnderTest(), app, file), code: codeUnderTest() };
}

/** Starts one of the project's processes; rejects when it cannot be started. */
export async function spawnNode(options: SpawnNodeOptions): Promise<SpawnedNode> {
  const { args = [], env = {}, nodeArgs = [], niceness = 0, hasChannel = false, onLine } = options;
  const { entry, code } = underTest(options);
  const child = spawn(
    process.execPath,
    [roomForNew, ...briefly, ...nodeOptionsOf(code), ...nodeArgs, entry, ...args],
    {
      cwd: options.checkout ?? repositoryRoot,
      // The flags of the test runner are not for the processes it starts.
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel ? (['ipc'] as const) : [])],
    },
  );
  const spawned = new SpawnedNode(entry, child, onLine);
  await once(child, 'spawn');
  if (niceness > 0 && spawned.isRunning()) setPriority(spawned.pid, niceness);
  return spawned;
}

/** Runs a program to its end, and answers its code and what it wrote as a line of JSON. */
export async function runForJson(options: SpawnNodeOptions): Promise<{ code: number | null; json: unknown }> {
  const program = await spawnNode(options);
  const { code } = await program.exited;
  const json = program.lines.find((line) => line.startsWith('{'));
  if (json === undefined) throw new Error(`it ended with ${code}:\n${program.lines.join('\n')}`);
  return { code, json: JSON.parse(json) };
}

/** A process of this project. */
export class SpawnedNode {
  /** What it has written so far, line by line (the last 10,000). */
  readonly lines: string[] = [];
  readonly exited: Promise<ProcessExit>;
  readonly #entry: string;
  readonly #child: ChildProcess;

  constructor(entry: string, child: ChildProcess, onLine: ((line: string) => void) | undefined) {
    this.#entry = entry;
    this.#child = child;
    for (const input of [child.stdout, child.stderr]) {
      if (input === null) continue;
      createInterface({ input }).on('line', (line) => {
        if (this.lines.push(line) > keptLines) this.lines.shift();
        onLine?.(line);
      });
    }
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#entry} has no process id.`);
    return this.#child.pid;
  }

  isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the first line, written already or later, that matches (a minute unless told). */
  async waitForLine(pattern: RegExp | string, timeoutMs = 60_000): Promise<string> {
    const findLine = () => this.lines.find((line) => matches(line, pattern));
    await this.#whileRunning(`a line like ${pattern}`, timeoutMs, () => findLine() !== undefined);
    return findLine() ?? '';
  }

  /** Resolves once that URL answers with a 2xx (a minute unless told). */
  async waitForHttp(url: string, timeoutMs = 60_000): Promise<void> {
    await this.#whileRunning(`an answer of ${url}`, timeoutMs, () => answersWell(url, 2_000));
  }

  /** SIGTERM, and SIGKILL after the deadline (30 s unless told); resolves when it has ended. */
  async stop(deadlineMs = 30_000): Promise<ProcessExit> {
    if (!this.isRunning()) return this.exited;
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), deadlineMs);
    const exit = await this.exited;
    clearTimeout(killer);
    return exit;
  }

  /** Sends a message over its channel; false when it has none, or none any more. */
  send(message: object): boolean {
    if (this.#child.connected) this.#child.send(message);
    return this.#child.connected;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Polls, and gives up at once when the process has ended. */
  async #whileRunning(
    what: string,
    timeoutMs: number,
    check: () => boolean | Promise<boolean>,
  ): Promise<void> {
    const isEnded = await eventually(
      async () => {
        // Looked at before the check: the last words of a process still count.
        const wasRunning = this.isRunning();
        if (await check()) return { isEnded: false };
        return wasRunning ? false : { isEnded: true };
      },
      { timeoutMs, what: `${this.#entry}: ${what}` },
    ).then(
      (outcome) => outcome.isEnded,
      (error: unknown) => {
        throw new Error(`${String(error)}\n${this.lastWords()}`, { cause: error });
      },
    );
    if (isEnded)
      throw new Error(`${this.#entry} ended, and so did the wait for ${what}\n${this.lastWords()}`);
  }

  /** The last lines that it has written. */
  lastWords(): string {
    return this.lines.slice(-20).join('\n');
  }
}

function matches(line: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
}

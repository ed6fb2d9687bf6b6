import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersWell, endChild } from '@postroom/servers';
import { Problem } from '../problem.ts';
import { checkoutDir, isFromSource } from './checkout.ts';
import type { Run } from './run-record.ts';
import type { Running } from './supervisor.ts';

/** A process of this project, how it is started, and how it is seen to be ready. */
export type NodeProgram = {
  readonly name: string;
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Asked once the process itself has said that it serves: another one may have its port. */
  readonly isReady: () => Promise<boolean>;
};

const readyWithinMs = 60_000;
/** Longer than a worker takes at most to finish what it has in hand (20 s and 3 s). */
const stopsWithinMs = 25_000;
const shownLines = 12;

/**
 * Starts the program in a process group of its own, so that Ctrl-C reaches it only through us, and resolves
 * once it is ready. Rejects with its last log lines when it ends before that.
 */
export async function startProgram(
  program: NodeProgram,
  { run, signal }: { readonly run: Run; readonly signal: AbortSignal },
): Promise<Running> {
  signal.throwIfAborted();
  const logStart = sizeOf(program.logFile);
  const child = spawnProgram(program);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Problem(`${program.name} ${await exited}`);
  await run.add(program.name, pid);
  void exited.then(() => run.remove(pid));
  const running = runningOf(child, { pid, exited });
  try {
    await untilReady(program, { child, exited, signal });
  } catch (error) {
    running.kill();
    await exited;
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`${error.message}${lastWords(program.logFile, logStart)}`);
  }
  return running;
}

function spawnProgram({ entry, args = [], env, logFile }: NodeProgram): ChildProcess {
  const leash = new URL(isFromSource ? './leash.ts' : './leash.js', import.meta.url);
  const loaders = isFromSource ? ['--import', 'tsx', '--conditions=@postroom/source'] : [];
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, [...loaders, '--import', leash.href, entry, ...args], {
      cwd: checkoutDir,
      env,
      stdio: ['pipe', log, log, 'ipc'],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdin?.on('error', () => {});
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    });
  });
}

function runningOf(
  child: ChildProcess,
  { pid, exited }: { readonly pid: number; readonly exited: Promise<string> },
): Running {
  return {
    pid,
    exited,
    kill: () => void child.kill('SIGKILL'),
    stop: () => endChild(child, { signal: 'SIGTERM', withinMs: stopsWithinMs }),
  };
}

async function untilReady(
  { name, isReady }: NodeProgram,
  {
    child,
    exited,
    signal,
  }: { readonly child: ChildProcess; readonly exited: Promise<string>; readonly signal: AbortSignal },
): Promise<void> {
  let hasSaidSo = false;
  child.once('message', () => {
    hasSaidSo = true;
  });
  let end: string | null = null;
  void exited.then((how) => {
    end = how;
  });
  const giveUpAt = performance.now() + readyWithinMs;
  for (;;) {
    signal.throwIfAborted();
    if (end !== null) throw new Problem(`${name} ${end} before it was ready.`);
    if (hasSaidSo && (await isReady())) return;
    if (performance.now() > giveUpAt) {
      throw new Problem(`${name} was not ready within ${readyWithinMs / 1000} s.`);
    }
    await sleep(25);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function lastWords(logFile: string, logStart: number): string {
  const text = readFileSync(logFile).subarray(logStart).toString().trim();
  const lines = text.split('\n').slice(-shownLines);
  return text === ''
    ? ` It wrote nothing to ${logFile}.`
    : ` Its last words, from ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Whether that URL answers with a 2xx within a second. */
export const answers = (url: string): Promise<boolean> => answersWell(url, 1_000);

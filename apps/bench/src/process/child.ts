import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Code, entryOf, nodeOptionsOf, repositoryRoot } from '@postroom/testkit';
import { z } from 'zod';
import { helloId, replySchema } from './messages.ts';

/** A process to measure; `readyLine` is what it writes once it works, absent: it says hello instead. */
export type ChildOptions = {
  readonly name: string;
  readonly code: Code;
  readonly app: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyLine?: RegExp;
  /** Where its CPU profile goes when it ends; null: none is taken. */
  readonly profileDir?: string | null;
};

const readyWithinMs = 60_000;
const answerWithinMs = 120_000;
const stopWithinMs = 25_000;
const keptLines = 20;

const cpuSchema = z.object({ user: z.number(), system: z.number() });

type Pending = { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };

/** Starts a process with the probe in it and resolves once it is ready. */
export async function startChild(options: ChildOptions): Promise<BenchChild> {
  const child = new BenchChild(options);
  try {
    await child.ready;
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

/** A running process of the bench. */
export class BenchChild {
  readonly name: string;
  readonly ready: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #lastLines: string[] = [];
  #lastId = helloId;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#process = forkWithProbe(options);
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
    });
    void this.#exited.then(() => this.#rejectAll());
    this.#process.on('message', (message) => this.#take(message));
    this.ready = this.#wait(helloId, readyWithinMs);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (this.#lastLines.push(line) > keptLines) this.#lastLines.shift();
        if (options.readyLine?.test(line) === true) this.#take({ id: helloId, answer: null });
      });
    }
  }

  /** CPU time that it has used so far, user and system, in seconds. */
  async cpuSeconds(): Promise<number> {
    const { user, system } = cpuSchema.parse(await this.ask('cpu'));
    return (user + system) / 1_000_000;
  }

  /** Asks by name; rejects when the answer is an error, the child ends, or nothing comes for two minutes. */
  ask(name: string, input: unknown = null): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = this.#wait(id, answerWithinMs);
    if (this.#isRunning() && this.#process.connected) this.#process.send({ id, ask: name, input });
    else this.#rejectAll();
    return answer;
  }

  /** Holds the process still until `thaw`. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** SIGTERM, and SIGKILL after 25 s; resolves when it has ended. */
  async stop(): Promise<void> {
    if (!this.#isRunning()) return;
    this.#process.kill('SIGTERM');
    // A frozen process sees no other signal than SIGKILL until it goes on.
    this.#process.kill('SIGCONT');
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), stopWithinMs);
    await this.#exited;
    clearTimeout(killer);
  }

  #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  #take(message: unknown): void {
    const reply = replySchema.safeParse(message);
    if (!reply.success) return;
    const { id, answer, error } = reply.data;
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(`${this.name}: ${error}`));
  }

  #wait(id: number, timeoutMs: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      timer = setTimeout(() => reject(this.#problem(`did not answer within ${timeoutMs} ms`)), timeoutMs);
    }).finally(() => clearTimeout(timer));
  }

  #rejectAll(): void {
    for (const { reject } of this.#pending.values()) reject(this.#problem('has ended'));
    this.#pending.clear();
  }

  #problem(what: string): Error {
    return new Error(`${this.name} ${what}.\n${this.#lastLines.join('\n')}`);
  }
}

function forkWithProbe({ code, app, file, args = [], env = {}, profileDir }: ChildOptions): ChildProcess {
  const probe = entryOf(code, 'bench', 'process/probe');
  const profile = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  return fork(entryOf(code, app, file), [...args], {
    cwd: repositoryRoot,
    execArgv: [...nodeOptionsOf(code), ...profile, '--import', `./${probe}`],
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
  });
}

import { type Code, entryOf, type SpawnedNode, spawnNode } from '@postroom/testkit';
import * as z from 'zod';
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
  /** By how much it steps back behind the others, 0 to 19. */
  readonly niceness?: number;
  /** Where its CPU profile goes when it ends; null: none is taken. */
  readonly profileDir?: string | null;
};

const readyWithinMs = 60_000;
const answerWithinMs = 120_000;
const stopWithinMs = 25_000;

const cpuSchema = z.object({ user: z.number(), system: z.number() });

type Pending = { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };

/** Starts a process with the probe in it and resolves once it is ready. */
export async function startChild(options: ChildOptions): Promise<BenchChild> {
  const { name, code, app, file, args = [], env = {}, readyLine, niceness = 0, profileDir } = options;
  const profile = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const node = await spawnNode({
    entry: entryOf(code, app, file),
    code,
    args,
    env: { NODE_ENV: 'production', ...env },
    nodeArgs: [...profile, '--import', `./${entryOf(code, 'bench', 'process/probe')}`],
    hasChannel: true,
    niceness,
  });
  const child = new BenchChild(name, node);
  try {
    await (readyLine === undefined ? child.hello : node.waitForLine(readyLine, readyWithinMs));
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

/** A running process of the bench. */
export class BenchChild {
  readonly name: string;
  /** Resolves when it says that it can be asked, if it is one that does. */
  readonly hello: Promise<unknown>;
  readonly #node: SpawnedNode;
  readonly #pending = new Map<number, Pending>();
  #lastId = helloId;

  constructor(name: string, node: SpawnedNode) {
    this.name = name;
    this.#node = node;
    node.onMessage((message) => this.#take(message));
    void node.exited.then(() => this.#rejectAll());
    this.hello = this.#wait(helloId, readyWithinMs);
    this.hello.catch(() => undefined);
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
    if (!this.#node.send({ id, ask: name, input })) this.#rejectAll();
    return answer;
  }

  /** Holds the process still until `thaw`. */
  freeze(): void {
    this.#node.kill('SIGSTOP');
  }

  thaw(): void {
    this.#node.kill('SIGCONT');
  }

  /** SIGTERM, and SIGKILL after 25 s; resolves when it has ended. */
  async stop(): Promise<void> {
    const stopping = this.#node.stop(stopWithinMs);
    // A frozen process sees no other signal than SIGKILL until it goes on.
    this.thaw();
    await stopping;
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
    return new Error(`${this.name} ${what}.\n${this.#node.lastWords()}`);
  }
}

import type { Worker } from 'node:worker_threads';
import type { RenderOutcome } from '@postroom/core';
import { LRUCache } from 'lru-cache';
import type { RenderRequest, RenderThreadMessage } from './thread-messages.ts';

/** How many threads there are at most, how they start, and how long one render may take in them. */
export type ThreadPoolOptions = {
  readonly threads: number;
  readonly timeoutMs: number;
  readonly startThread: () => Worker;
};

type Task = {
  readonly request: RenderRequest;
  readonly resolve: (outcome: RenderOutcome) => void;
  readonly reject: (error: Error) => void;
  /** Set once a thread has been lost to it. */
  failure: string | null;
};

type Thread = { readonly worker: Worker; isReady: boolean; task: Task | null; timer: NodeJS.Timeout | null };

const MAX_SUSPECTS = 1_000;
const MAX_FAILED_STARTS = 3;

/**
 * Threads that render one template at a time and are stopped when one takes too long.
 *
 * A thread is starting, then idle or busy by turns, until it is lost: stopped by us for exceeding
 * the time, or dead for lack of memory. A lost thread is replaced when there is work for another.
 *
 * A task waits, runs, and is settled by its thread's answer. If its thread is lost instead, its
 * snapshot becomes suspect and the task waits again; only a second loss makes it fail, because a
 * machine that stood still for a second must not fail anyone's mail. Suspects run when nothing
 * else waits, and never on all threads at once: a poison template with a thousand sends delays
 * the others no longer than one of its renders.
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Task[] = [];
  readonly #waitingSuspects: Task[] = [];
  readonly #suspects = new LRUCache<string, true>({ max: MAX_SUSPECTS });
  #failedStarts = 0;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Renders in a thread. Rejects only if threads do not start or the pool is closed. */
  run(request: RenderRequest): Promise<RenderOutcome> {
    if (this.#isClosed) return Promise.reject(new Error('the renderer is closed'));
    return new Promise((resolve, reject) => {
      this.#enqueue({ request, resolve, reject, failure: null });
      this.#dispatch();
    });
  }

  /** Stops all threads; what still waits or runs is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = [...this.#threads];
    this.#threads.clear();
    this.#rejectWaiting(new Error('the renderer is closed'));
    for (const thread of threads) {
      this.#release(thread)?.reject(new Error('the renderer is closed'));
    }
    await Promise.all(threads.map((thread) => thread.worker.terminate()));
  }

  #enqueue(task: Task): void {
    const isSuspect = this.#suspects.has(task.request.snapshot.id);
    (isSuspect ? this.#waitingSuspects : this.#waiting).push(task);
  }

  #dispatch(): void {
    for (const thread of this.#threads) {
      while (thread.isReady && thread.task === null) {
        const task = this.#nextTask();
        if (task === null) return;
        this.#assign(thread, task);
      }
    }
    const starting = [...this.#threads].filter((thread) => !thread.isReady).length;
    const wanted = this.#waiting.length + (this.#maySuspectRun() ? this.#waitingSuspects.length : 0);
    for (let more = wanted - starting; more > 0 && this.#threads.size < this.#options.threads; more -= 1) {
      this.#start();
    }
  }

  #nextTask(): Task | null {
    const task = this.#waiting.shift();
    if (task !== undefined) return task;
    return (this.#maySuspectRun() ? this.#waitingSuspects.shift() : undefined) ?? null;
  }

  #maySuspectRun(): boolean {
    const running = [...this.#threads].filter(
      ({ task }) => task !== null && this.#suspects.has(task.request.snapshot.id),
    );
    return running.length < Math.max(1, this.#options.threads - 1);
  }

  #assign(thread: Thread, task: Task): void {
    try {
      thread.worker.postMessage(task.request);
    } catch (cause) {
      task.reject(new Error('the context cannot be given to a render thread', { cause }));
      return;
    }
    thread.task = task;
    thread.worker.ref();
    // Answers that came in while this process stood still are read before the thread is judged.
    const judge = () => setImmediate(() => thread.task === task && this.#lose(thread, this.#tooLong()));
    thread.timer = setTimeout(judge, this.#options.timeoutMs);
  }

  #tooLong(): string {
    return `rendering took longer than ${this.#options.timeoutMs} ms`;
  }

  #start(): void {
    const thread: Thread = { worker: this.#options.startThread(), isReady: false, task: null, timer: null };
    this.#threads.add(thread);
    thread.worker.on('message', (message: RenderThreadMessage) => {
      if (!this.#threads.has(thread)) return;
      const task = this.#release(thread);
      thread.isReady = true;
      this.#failedStarts = 0;
      thread.worker.unref();
      if (message.kind === 'done') task?.resolve(message.outcome);
      this.#dispatch();
    });
    thread.worker.on('error', (error) => this.#lose(thread, 'rendering took too much memory', error));
    thread.worker.on('exit', () => this.#lose(thread, 'rendering ended its thread'));
  }

  /** Takes the task from a thread, and the time limit with it. */
  #release(thread: Thread): Task | null {
    const { task, timer } = thread;
    if (timer !== null) clearTimeout(timer);
    thread.timer = null;
    thread.task = null;
    return task;
  }

  #lose(thread: Thread, failure: string, cause?: unknown): void {
    if (!this.#threads.delete(thread)) return;
    void thread.worker.terminate();
    const task = this.#release(thread);
    if (task?.failure) {
      task.resolve({ kind: 'failed', reason: task.failure });
    } else if (task !== null) {
      task.failure = failure;
      this.#suspects.set(task.request.snapshot.id, true);
      this.#enqueue(task);
    }
    if (!thread.isReady) this.#failedStarts += 1;
    if (this.#failedStarts >= MAX_FAILED_STARTS) {
      this.#failedStarts = 0;
      this.#rejectWaiting(new Error('render threads do not start', { cause }));
    }
    this.#dispatch();
  }

  #rejectWaiting(error: Error): void {
    for (const task of [...this.#waiting.splice(0), ...this.#waitingSuspects.splice(0)]) task.reject(error);
  }
}

import type { LineRefusal, RenderAsker, RenderOutcome } from '@postroom/core';
import { RenderLines } from './render-lines.ts';
import type { RenderProcessMessage, RenderRequest } from './render-messages.ts';
import type { RenderProcess, RenderProcessListener } from './start-process.ts';

/** How many processes there are at most, how they start, how long one render may take, and how many may wait. */
export type RenderPoolOptions = {
  readonly processes: number;
  readonly timeoutMs: number;
  /** Renders of one workspace that may wait; a suspect one has two at most. */
  readonly waitingPerWorkspace: number;
  readonly startProcess: (listener: RenderProcessListener) => RenderProcess;
};

type Task = {
  readonly request: RenderRequest;
  readonly workspaceId: string;
  readonly snapshotId: string;
  turnsMissed: number;
  /** The moment of the monotonic clock by which it has to have begun. */
  readonly beginBy: number;
  /** That by which it is stopped, however little of the CPU it had. */
  readonly endBy: number;
  readonly resolve: (outcome: RenderOutcome) => void;
  readonly reject: (error: Error) => void;
  /** Set while it waits. */
  timer: NodeJS.Timeout | undefined;
  /** Set once a process has been lost to it. */
  failure: string | null;
};

type Place = {
  readonly process: RenderProcess;
  isReady: boolean;
  task: Task | null;
  readonly timers: NodeJS.Timeout[];
};

const maxFailedStarts = 3;

/** Renders that wait in all, as so many workspaces' worth. */
const workspacesInLine = 10;

/** Renders of a suspect workspace that may wait: each keeps a place of its worker, which others want. */
const perSuspect = 2;

/** On a busy machine a render may take so many times its time by the clock of the wall. */
const maxStretch = 4;

/** A render that has taken this part of its time is slow. */
const slowPart = 1 / 2;

/** After how long without a render a process is ended, in milliseconds: each takes some 60 MB. */
const idleMs = 30_000;

/** How long a process may take to start, in milliseconds. */
const startWithinMs = 30_000;

const closed = () => new Error('the renderer is closed');

/**
 * Processes that render one template at a time and are killed when one takes too long of the CPU, or end when one fills their heap.
 *
 * A process is starting, then idle or busy by turns, until it is lost. It is replaced when there is work for another, and
 * ended when there was none for a while.
 *
 * A task waits, runs, and is settled by its process's answer. No workspace has more than one place at once, and suspect ones
 * together never all of them, so that whoever comes finds a place soon. A task that does not get one in its time, or for
 * which there is no place in its line, is `busy`: whoever asked may ask again. If its process is lost, it waits again, ahead
 * of the others of its workspace; only a second loss makes it fail, because a machine that stood still for a second must not
 * fail anyone's mail. One of a template that was lost to it before fails at once if it used its time of the CPU up as well.
 */
export class RenderPool {
  readonly #options: RenderPoolOptions;
  readonly #places = new Set<Place>();
  readonly #lines: RenderLines<Task>;
  #failedStarts = 0;
  #isClosed = false;

  constructor(options: RenderPoolOptions) {
    this.#options = options;
    const perWorkspace = options.waitingPerWorkspace;
    this.#lines = new RenderLines({ perWorkspace, perSuspect, inAll: perWorkspace * workspacesInLine });
  }

  /** Renders in a process. Rejects only if processes do not start, the context cannot be given, or the pool is closed. */
  run(request: RenderRequest, { workspaceId, waitMs, turnsMissed = 0 }: RenderAsker): Promise<RenderOutcome> {
    if (this.#isClosed) return Promise.reject(closed());
    const beginBy = performance.now() + waitMs;
    return new Promise((resolve, reject) => {
      const task: Task = {
        request,
        workspaceId,
        snapshotId: request.snapshot.id,
        turnsMissed,
        beginBy,
        endBy: beginBy + this.#options.timeoutMs * maxStretch,
        resolve,
        reject,
        timer: undefined,
        failure: null,
      };
      const refused = this.#lines.join(task);
      if (refused !== null) turnAway(refused.task, refused.refusal);
      if (refused?.task === task) return;
      this.#limitWait(task);
      this.#dispatch();
    });
  }

  /** Kills all processes; what still waits or runs is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const places = [...this.#places];
    this.#places.clear();
    this.#rejectWaiting(closed());
    for (const place of places) this.#release(place)?.reject(closed());
    await Promise.all(places.map((place) => place.process.stop()));
  }

  #limitWait(task: Task): void {
    const end = () => {
      this.#lines.leave(task);
      const isBehindOwn =
        this.#lines.isSuspect(task.workspaceId) || this.#running().includes(task.workspaceId);
      turnAway(task, isBehindOwn ? 'own_line_full' : 'all_lines_full');
    };
    task.timer = setTimeout(end, Math.max(0, task.beginBy - performance.now()));
  }

  /** The workspaces that have a place. */
  #running(): readonly string[] {
    return [...this.#places].flatMap(({ task }) => (task === null ? [] : [task.workspaceId]));
  }

  #runningSuspects(): number {
    return this.#running().filter((id) => this.#lines.isSuspect(id)).length;
  }

  /** A workspace has one place at most, and suspect ones leave one to the others. */
  readonly #mayRun = (workspaceId: string): boolean => {
    if (this.#running().includes(workspaceId)) return false;
    if (!this.#lines.isSuspect(workspaceId)) return true;
    return this.#runningSuspects() < Math.max(1, this.#options.processes - 1);
  };

  #dispatch(): void {
    for (const place of this.#places) {
      while (place.isReady && place.task === null) {
        const task = this.#lines.take(this.#mayRun);
        if (task === null) return;
        clearTimeout(task.timer);
        this.#assign(place, task);
      }
    }
    // One is started at a time; and one stands ready for others while a suspect has a place.
    const isStarting = [...this.#places].some(({ isReady }) => !isReady);
    const isWanted = this.#lines.size > 0 || this.#runningSuspects() > 0;
    if (isWanted && !isStarting && this.#places.size < this.#options.processes) this.#start();
  }

  #assign(place: Place, task: Task): void {
    clearTimers(place);
    try {
      place.process.send(task.request);
    } catch (cause) {
      task.reject(new Error('the context cannot be given to a render process', { cause }));
      this.#rest(place);
      return;
    }
    place.task = task;
    const { timeoutMs } = this.#options;
    const beganAtCpuMs = place.process.cpuMs();
    const usedMs = (elapsedMs: number): number => {
      const cpuMs = place.process.cpuMs();
      return cpuMs === null || beganAtCpuMs === null ? elapsedMs : cpuMs - beganAtCpuMs;
    };
    const limit = (limitMs: number, end: Limit['end']) => limitUse(place, { limitMs, usedMs, end });
    limit(timeoutMs * slowPart, () => this.#suspect(task));
    limit(timeoutMs, (isUsed) => {
      const isSure = isUsed && beganAtCpuMs !== null;
      this.#lose(place, `rendering took longer than ${timeoutMs} ms`, { isSure });
    });
  }

  /** The workspace's line becomes a short one. */
  #suspect(task: Task): void {
    for (const surplus of this.#lines.suspect(task)) turnAway(surplus, 'own_line_full');
  }

  #start(): void {
    const listener: RenderProcessListener = {
      onMessage: (message) => this.#places.has(place) && this.#hear(place, message),
      onEnd: (reason, cause) => this.#lose(place, reason, { cause }),
    };
    const process = this.#options.startProcess(listener);
    const late = setTimeout(() => this.#lose(place, 'rendering found no process'), startWithinMs).unref();
    const place: Place = { process, isReady: false, task: null, timers: [late] };
    this.#places.add(place);
  }

  #hear(place: Place, message: RenderProcessMessage): void {
    const task = this.#release(place);
    place.isReady = true;
    this.#failedStarts = 0;
    this.#rest(place);
    if (message.kind === 'done') task?.resolve(message.outcome);
    this.#dispatch();
  }

  /** Lets this process end, and ends the place's if nothing comes for a while. */
  #rest(place: Place): void {
    place.process.rest();
    const end = () => this.#places.delete(place) && void place.process.stop();
    place.timers.push(setTimeout(end, idleMs).unref());
  }

  /** Takes the task from a place, and its time limits with it. */
  #release(place: Place): Task | null {
    clearTimers(place);
    const { task } = place;
    place.task = null;
    return task;
  }

  /** `isSure`: the task has used up its time, however busy the machine is. */
  #lose(place: Place, failure: string, { cause, isSure = false }: Loss = {}): void {
    if (!this.#places.delete(place)) return;
    void place.process.stop();
    const task = this.#release(place);
    if (task !== null) this.#tryAgain(task, failure, isSure);
    if (!place.isReady) this.#failedStarts += 1;
    if (this.#failedStarts >= maxFailedStarts) {
      this.#failedStarts = 0;
      this.#rejectWaiting(new Error('render processes do not start', { cause }));
    }
    this.#dispatch();
  }

  #tryAgain(task: Task, failure: string, isSure: boolean): void {
    const isFinal = task.failure !== null || (isSure && this.#lines.isTemplateSuspect(task));
    this.#lines.suspectTemplate(task);
    this.#suspect(task);
    if (isFinal) {
      task.resolve({ kind: 'failed', reason: task.failure ?? failure });
      return;
    }
    task.failure = failure;
    // It has had half of what it needs: nothing comes before it.
    task.turnsMissed = Number.POSITIVE_INFINITY;
    this.#lines.rejoin(task);
    this.#limitWait(task);
  }

  #rejectWaiting(error: Error): void {
    for (const task of this.#lines.clear()) {
      clearTimeout(task.timer);
      task.reject(error);
    }
  }
}

type Loss = { readonly cause?: Error; readonly isSure?: boolean };

type Limit = {
  readonly limitMs: number;
  /** The part of the time since it began that counts. */
  readonly usedMs: (elapsedMs: number) => number;
  /** Hears whether it is used up. */
  readonly end: (isUsed: boolean) => void;
};

/** Ends what a place does once it has used so much of the CPU, or has no more time by the clock of the wall. */
function limitUse(place: Place, { limitMs, usedMs, end }: Limit): void {
  const { task } = place;
  const startedAt = performance.now();
  const look = () => {
    if (task === null || place.task !== task) return;
    const now = performance.now();
    const leftMs = limitMs - usedMs(now - startedAt);
    if (leftMs <= 0 || now >= task.endBy) end(leftMs <= 0);
    else lookAfter(Math.min(leftMs, task.endBy - now));
  };
  // Answers that came in while this process stood still are read before the render is judged.
  const lookAfter = (ms: number) => place.timers.push(setTimeout(() => setImmediate(look), ms));
  lookAfter(limitMs);
}

function clearTimers({ timers }: Place): void {
  for (const timer of timers.splice(0)) clearTimeout(timer);
}

/** What was begun and stopped says so: it is not tried for ever. */
function turnAway(task: Task, refusal: LineRefusal): void {
  clearTimeout(task.timer);
  task.resolve(task.failure === null ? { kind: 'busy', refusal } : { kind: 'stopped', reason: task.failure });
}

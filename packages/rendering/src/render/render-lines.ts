import type { LineRefusal } from '@postroom/core';
import { LRUCache } from 'lru-cache';

/** What stands in line: whose it is, which template it is of, and how often it came and found no place before. */
export type InLine = {
  readonly workspaceId: string;
  readonly snapshotId: string;
  readonly turnsMissed: number;
};

/** Who is sent away, and whether for its own workspace's sake. */
export type Refused<Task> = { readonly task: Task; readonly refusal: LineRefusal };

export type RenderLinesOptions = {
  /** How many of one workspace may stand in line. */
  readonly perWorkspace: number;
  /** How many of a suspect workspace may. */
  readonly perSuspect: number;
  /** How many may in all. */
  readonly inAll: number;
};

type Line<Task> = { readonly usual: Task[]; readonly suspect: Task[] };

const maxSuspects = 1_000;

/** How long what was too slow once is suspect, in milliseconds. */
const suspectForMs = 60_000;

/**
 * The lines before the render processes, one for each workspace, which take turns. A workspace whose rendering ran away or
 * took long is suspect for a while: it comes behind the others, and its line is short. Within a workspace what is of a
 * suspect template comes last, but who missed more turns comes before who missed fewer, so that nobody misses them for ever.
 */
export class RenderLines<Task extends InLine> {
  readonly #options: RenderLinesOptions;
  /** In the order of their turns. */
  readonly #lines = new Map<string, Line<Task>>();
  readonly #suspectWorkspaces = new LRUCache<string, true>({ max: maxSuspects, ttl: suspectForMs });
  readonly #suspectSnapshots = new LRUCache<string, true>({ max: maxSuspects, ttl: suspectForMs });

  constructor(options: RenderLinesOptions) {
    this.#options = options;
  }

  get size(): number {
    let size = 0;
    for (const line of this.#lines.values()) size += lengthOf(line);
    return size;
  }

  isSuspect(workspaceId: string): boolean {
    return this.#suspectWorkspaces.has(workspaceId);
  }

  /** Puts a task into its line; one that may not stand there is answered, or who has to go in its place. */
  join(task: Task): Refused<Task> | null {
    const line = this.#lines.get(task.workspaceId);
    const isFull = line !== undefined && lengthOf(line) >= this.#mostOf(task.workspaceId);
    // Where one goes for another there are no more than before, even if who rejoined made them too many.
    if (!isFull && this.size >= this.#options.inAll) return { task, refusal: 'all_lines_full' };
    const surplus = isFull ? this.#giveWay(task, line) : null;
    if (surplus === task) return { task, refusal: 'own_line_full' };
    const { usual, suspect } = this.#lineOf(task.workspaceId);
    insert(this.#suspectSnapshots.has(task.snapshotId) ? suspect : usual, task);
    return surplus === null ? null : { task: surplus, refusal: 'own_line_full' };
  }

  /** Puts a task of a suspect template into its line again, whatever stands there. */
  rejoin(task: Task): void {
    insert(this.#lineOf(task.workspaceId).suspect, task);
  }

  leave(task: Task): void {
    const line = this.#lineOf(task.workspaceId);
    for (const part of [line.usual, line.suspect]) {
      const at = part.indexOf(task);
      if (at !== -1) part.splice(at, 1);
    }
    this.#dropIfEmpty(task.workspaceId);
  }

  /** The next task of a workspace that may have one: those that are not suspect first, each workspace in its turn. */
  take(may: (workspaceId: string) => boolean): Task | null {
    const waiting = [...this.#lines.keys()].filter(may);
    const next = waiting.find((id) => !this.isSuspect(id)) ?? waiting[0];
    const line = next === undefined ? undefined : this.#lines.get(next);
    if (next === undefined || line === undefined) return null;
    const isKnown = (task: Task) => this.#suspectSnapshots.has(task.snapshotId);
    for (const task of line.usual.filter(isKnown)) insert(line.suspect, task);
    line.usual.splice(0, line.usual.length, ...line.usual.filter((task) => !isKnown(task)));
    const [usual, suspect] = [line.usual[0], line.suspect[0]];
    const isLonger = suspect !== undefined && suspect.turnsMissed > (usual?.turnsMissed ?? -1);
    const task = (isLonger ? line.suspect : line.usual).shift() ?? null;
    this.#lines.delete(next);
    this.#lines.set(next, line);
    this.#dropIfEmpty(next);
    return task;
  }

  /** Notes that a workspace's rendering was slow, and answers those that its line has no place for any more. */
  suspect({ workspaceId }: InLine): readonly Task[] {
    this.#suspectWorkspaces.set(workspaceId, true);
    const line = this.#lineOf(workspaceId);
    const surplus: Task[] = [];
    while (lengthOf(line) > this.#options.perSuspect) {
      const [usual, known] = [line.usual.at(-1), line.suspect.at(-1)];
      const isKnownLess = known !== undefined && known.turnsMissed < (usual?.turnsMissed ?? Infinity);
      const last = (isKnownLess || usual === undefined ? line.suspect : line.usual).pop();
      if (last !== undefined) surplus.push(last);
    }
    this.#dropIfEmpty(workspaceId);
    return surplus;
  }

  isTemplateSuspect({ snapshotId }: InLine): boolean {
    return this.#suspectSnapshots.has(snapshotId);
  }

  /** Notes that a template ran away. */
  suspectTemplate({ snapshotId }: InLine): void {
    this.#suspectSnapshots.set(snapshotId, true);
  }

  /** Empties all lines. */
  clear(): readonly Task[] {
    const all = [...this.#lines.values()].flatMap(({ usual, suspect }) => [...usual, ...suspect]);
    this.#lines.clear();
    return all;
  }

  /** Takes the last that missed fewer turns than the newcomer out of a full line; else it is the newcomer that goes. */
  #giveWay(newcomer: Task, { usual, suspect }: Line<Task>): Task {
    for (const part of [suspect, usual]) {
      const at = part.findLastIndex(({ turnsMissed }) => turnsMissed < newcomer.turnsMissed);
      const [last] = at === -1 ? [] : part.splice(at, 1);
      if (last !== undefined) return last;
    }
    return newcomer;
  }

  #mostOf(workspaceId: string): number {
    const { perWorkspace, perSuspect } = this.#options;
    return this.isSuspect(workspaceId) ? Math.min(perWorkspace, perSuspect) : perWorkspace;
  }

  #lineOf(workspaceId: string): Line<Task> {
    const line = this.#lines.get(workspaceId) ?? { usual: [], suspect: [] };
    this.#lines.set(workspaceId, line);
    return line;
  }

  #dropIfEmpty(workspaceId: string): void {
    const line = this.#lines.get(workspaceId);
    if (line !== undefined && lengthOf(line) === 0) this.#lines.delete(workspaceId);
  }
}

/** Behind those that missed as many turns or more. */
function insert<Task extends InLine>(part: Task[], task: Task): void {
  const at = part.findIndex(({ turnsMissed }) => turnsMissed < task.turnsMissed);
  part.splice(at === -1 ? part.length : at, 0, task);
}

function lengthOf({ usual, suspect }: Line<unknown>): number {
  return usual.length + suspect.length;
}

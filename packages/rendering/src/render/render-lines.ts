import type { LineRefusal } from '@postroom/core';
import { LRUCache } from 'lru-cache';

/** What stands in line: whose it is, and which template it is of. */
export type InLine = { readonly workspaceId: string; readonly snapshotId: string };

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
 * suspect template comes last.
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

  /** Puts a task at the end of its line, or says why it may not stand there. */
  join(task: Task): LineRefusal | null {
    const line = this.#lines.get(task.workspaceId);
    if (line !== undefined && lengthOf(line) >= this.#mostOf(task.workspaceId)) return 'own_line_full';
    if (this.size >= this.#options.inAll) return 'all_lines_full';
    const { usual, suspect } = this.#lineOf(task.workspaceId);
    (this.#suspectSnapshots.has(task.snapshotId) ? suspect : usual).push(task);
    return null;
  }

  /** Puts a task that has been begun before ahead of its line's other suspects, whatever stands there. */
  rejoin(task: Task): void {
    this.#lineOf(task.workspaceId).suspect.unshift(task);
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
    line.suspect.push(...line.usual.filter(isKnown));
    line.usual.splice(0, line.usual.length, ...line.usual.filter((task) => !isKnown(task)));
    const task = line.usual.shift() ?? line.suspect.shift() ?? null;
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
      const last = line.usual.pop() ?? line.suspect.pop();
      if (last !== undefined) surplus.push(last);
    }
    this.#dropIfEmpty(workspaceId);
    return surplus;
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

function lengthOf({ usual, suspect }: Line<unknown>): number {
  return usual.length + suspect.length;
}

import { createGate, createGateByOwner, type GateByOwner } from '@postroom/core';

/** Of one list no more sends are looked at, at a microsecond each. */
export const mostLookedAt = 500_000;

/**
 * No more are read at once, of all and of one workspace, whichever way they are asked for. A list takes two statements: whoever
 * accepts or sends has connections left. What an email says may be 4 MiB, which the one thread that answers everybody reads and
 * writes as JSON.
 */
const bounds = {
  lists: {
    ofAll: { atOnce: 3, waiting: 200, waitMs: 10_000 },
    ofOwner: { atOnce: 2, waiting: 100, waitMs: 10_000 },
  },
  contents: {
    ofAll: { atOnce: 2, waiting: 200, waitMs: 10_000 },
    ofOwner: { atOnce: 1, waiting: 100, waitMs: 10_000 },
  },
};

/** The gates that reading passes, by workspace. */
export type ReadGates = {
  /** Of lists and counts of sends. */
  readonly listGate: GateByOwner;
  /** Of what an email says. */
  readonly contentGate: GateByOwner;
};

export const createReadGates = (): ReadGates => ({
  listGate: createGateByOwner(bounds.lists.ofOwner, createGate(bounds.lists.ofAll)),
  contentGate: createGateByOwner(bounds.contents.ofOwner, createGate(bounds.contents.ofAll)),
});

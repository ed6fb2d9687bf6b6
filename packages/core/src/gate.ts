import { PostroomError } from './postroom-error.ts';

/** Runs what it is given once there is room. */
export type Gate = <Value>(run: () => Promise<Value>) => Promise<Value>;

export type GateOptions = {
  readonly atOnce: number;
  readonly waiting: number;
  /** The longest that one waits before it is thrown `unavailable`, in milliseconds: as long as it takes unless told. */
  readonly waitMs?: number | undefined;
};

const tooMany = () => new PostroomError('unavailable', 'Too many ask for this at once: try again shortly.');

/** Resolves at its turn in the line; rejects, and leaves the line, when that has not come within the time given. */
const turnIn = (line: (() => void)[], waitMs: number | undefined) =>
  new Promise<void>((resolve, reject) => {
    const timer =
      waitMs === undefined
        ? undefined
        : setTimeout(() => {
            line.splice(line.indexOf(go), 1);
            reject(tooMany());
          }, waitMs);
    const go = () => {
      clearTimeout(timer);
      resolve();
    };
    line.push(go);
  });

/** The gate of each owner. */
export type GateByOwner = (owner: string) => Gate;

/**
 * Gates of owners, before the one that all have to pass: where `ofOwner` lets fewer run at once than `ofAll`, what one
 * owner asks for leaves places to others, however much of it there is and however long it takes.
 */
export function createGateByOwner(ofOwner: GateOptions, ofAll: Gate = (run) => run()): GateByOwner {
  const gates = new Map<string, { readonly gate: Gate; inHand: number }>();
  return (owner) => async (run) => {
    const own = gates.get(owner) ?? { gate: createGate(ofOwner), inHand: 0 };
    gates.set(owner, own);
    own.inHand += 1;
    try {
      return await own.gate(() => ofAll(run));
    } finally {
      own.inHand -= 1;
      if (own.inHand === 0) gates.delete(owner);
    }
  };
}

/**
 * Lets so many run at once, and so many wait in the order they came; beyond that `unavailable` is thrown at once. What
 * anybody may ask for, without a key, then never has all connections to the database.
 */
export function createGate({ atOnce, waiting, waitMs }: GateOptions): Gate {
  const line: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= atOnce) {
      if (line.length >= waiting) throw tooMany();
      await turnIn(line, waitMs);
    } else running += 1;
    try {
      return await run();
    } finally {
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

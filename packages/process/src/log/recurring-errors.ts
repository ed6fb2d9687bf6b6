import { errorFields, type Logger } from './logger.ts';

/** One thing that went wrong, or that anybody may do again and again, as it would be logged if it happened once. */
export type Trouble = {
  /** The stable name of the log's line. */
  readonly event: string;
  /** What was thrown, or a few words of our own; nothing where nothing went wrong. */
  readonly error?: unknown;
  readonly level?: 'info' | 'warn' | 'error';
  /** Logged beside it; of equal ones those of the last are. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Logged beside it; of equal ones the sum is. */
  readonly sums?: Readonly<Record<string, number>>;
};

/** Logs what goes wrong again and again as one line with a count. */
export type RecurringErrors = {
  /** The first of its kind is logged at once; what is like it afterwards is counted, and told once in a while. */
  note(trouble: Trouble): void;
  /** Tells what was counted and not yet told. */
  close(): void;
};

/** After a line about a kind the next one comes after so long, then after twice that, and so on, in milliseconds. */
const firstQuietMs = 10_000;
const longestQuietMs = 60_000;

/** Kinds of one event that are told apart; further ones count as one. */
const maxKinds = 5;

/** Kinds that are remembered in all. */
const maxRemembered = 200;

type Counted = { times: number; quietMs: number; last: Trouble; sums: Record<string, number> };

/**
 * What makes two troubles equal. Servers begin their errors with a code in capitals (`OOM`, `NOPERM`, `READONLY`), which
 * is the same whatever was asked; in all others numbers and ids are left out.
 */
function kindOf(error: unknown): string {
  if (error === undefined) return '';
  if (typeof error === 'string') return error;
  const { errorName, errorMessage } = errorFields(error);
  const code = /^(?!ERR\b)[A-Z]{3,}(?= )/.exec(errorMessage)?.[0];
  return code ?? `${errorName} ${errorMessage.replace(/[0-9a-f]*\d[0-9a-f-]*/gi, '#')}`;
}

function fieldsOf(error: unknown): object {
  if (error === undefined) return {};
  return typeof error === 'string' ? { reason: error } : errorFields(error);
}

/** The key of a trouble's kind, known or new; what there are too many kinds of is one. */
function keyAmong(known: ReadonlyMap<string, Counted>, { event, error }: Trouble): string {
  const key = `${event} ${kindOf(error)}`;
  if (known.has(key)) return key;
  const ofEvent = [...known.keys()].filter((other) => other.startsWith(`${event} `)).length;
  return ofEvent >= maxKinds || known.size >= maxRemembered ? `${event} and others` : key;
}

function add(counted: Counted, trouble: Trouble): void {
  counted.times += 1;
  counted.last = trouble;
  for (const [name, value] of Object.entries(trouble.sums ?? {})) {
    counted.sums[name] = (counted.sums[name] ?? 0) + value;
  }
}

/**
 * Opens the record of one process. A server that is full, or refuses, fails every call at once: without it, each worker
 * would write thousands of equal lines a second at the worst moment. A kind that did not come for a whole pause is
 * forgotten, and its next one told at once.
 */
export function createRecurringErrors(logger: Logger): RecurringErrors {
  const known = new Map<string, Counted>();
  const timers = new Map<string, NodeJS.Timeout>();

  const tell = ({ event, error, level = 'warn', fields }: Trouble, more: object) =>
    logger[level]({ event, ...fieldsOf(error), ...fields, ...more });

  const flush = (counted: Counted) => {
    if (counted.times > 0) tell(counted.last, { ...counted.sums, times: counted.times });
    counted.times = 0;
    counted.sums = {};
  };

  const wait = (key: string, counted: Counted) => {
    const timer = setTimeout(() => {
      if (counted.times === 0) {
        known.delete(key);
        timers.delete(key);
        return;
      }
      flush(counted);
      counted.quietMs = Math.min(longestQuietMs, counted.quietMs * 2);
      wait(key, counted);
    }, counted.quietMs).unref();
    timers.set(key, timer);
  };

  return {
    note: (trouble) => {
      const key = keyAmong(known, trouble);
      const counted = known.get(key);
      if (counted === undefined) {
        const first: Counted = { times: 0, quietMs: firstQuietMs, last: trouble, sums: {} };
        known.set(key, first);
        wait(key, first);
        tell(trouble, { ...trouble.sums });
        return;
      }
      add(counted, trouble);
    },
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const counted of known.values()) flush(counted);
      known.clear();
    },
  };
}

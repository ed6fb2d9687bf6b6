import { crashPoints } from '@postroom/core';

/** Moments of a worker that tests name: those of one send, and the one between recording events and removing them. */
const moments = [...crashPoints, 'events_recorded'] as const;
type Moment = (typeof moments)[number];

/** What only tests set in the environment; production never does. */
type TestEnv = Readonly<Record<string, string | undefined>>;

/** Counts down to the n-th time of the moment in `<name>` or `<name>:<n>`; null: none is set. */
function countdown(variable: string, setting: string | undefined): ((name: Moment) => boolean) | null {
  if (setting === undefined || setting === '') return null;
  const [wanted, count] = setting.split(':');
  if (!moments.some((name) => name === wanted)) throw new Error(`${variable} names no moment of a worker`);
  let left = Number(count ?? 1);
  return (name) => {
    if (name !== wanted) return false;
    left -= 1;
    return left === 0;
  };
}

/**
 * Brings about, at a named moment, what tests enumerate. `POSTROOM_TEST_CRASH_AT=<name>:<n>` ends this process as
 * kill -9 would; `POSTROOM_TEST_BLOCK_AT=<name>:<n>` blocks its event loop for `POSTROOM_TEST_BLOCK_MS`.
 */
export function crashPointFrom(env: TestEnv): (name: Moment) => void {
  const mustCrash = countdown('POSTROOM_TEST_CRASH_AT', env.POSTROOM_TEST_CRASH_AT);
  const mustBlock = countdown('POSTROOM_TEST_BLOCK_AT', env.POSTROOM_TEST_BLOCK_AT);
  if (mustCrash === null && mustBlock === null) return () => undefined;
  const blockMs = Number(env.POSTROOM_TEST_BLOCK_MS ?? 0);
  return (name) => {
    if (mustBlock?.(name)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
    if (mustCrash?.(name)) process.kill(process.pid, 'SIGKILL');
  };
}

/** `POSTROOM_TEST_SETTLE_MS`: how long erasures wait for requests that are being answered; undefined: as long as in production. */
export function settlesFrom(env: TestEnv): number | undefined {
  return env.POSTROOM_TEST_SETTLE_MS === undefined ? undefined : Number(env.POSTROOM_TEST_SETTLE_MS);
}

/** `POSTROOM_TEST_STUCK_AFTER_MS`: how long the watchdog of this process waits; undefined: as long as in production. */
export function stuckAfterFrom(env: TestEnv): number | undefined {
  return env.POSTROOM_TEST_STUCK_AFTER_MS === undefined
    ? undefined
    : Number(env.POSTROOM_TEST_STUCK_AFTER_MS);
}

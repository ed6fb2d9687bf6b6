import { type CrashPoint, crashPoints } from '@postroom/core';

/**
 * Ends this process at a named moment, as kill -9 would, so that tests can enumerate the moments at which a
 * worker may die. `POSTROOM_TEST_CRASH_AT` is `<name>` or `<name>:<n>` for the n-th time; production never
 * sets it.
 */
export function crashPointFrom(setting: string | undefined): (name: CrashPoint) => void {
  if (setting === undefined || setting === '') return () => undefined;
  const [wanted, count] = setting.split(':');
  if (!crashPoints.some((name) => name === wanted))
    throw new Error(`POSTROOM_TEST_CRASH_AT names no crash point`);
  let left = Number(count ?? 1);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
  };
}

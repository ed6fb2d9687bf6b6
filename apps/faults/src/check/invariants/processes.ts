import { aboutRun, aboutSend, type Check } from '../violation.ts';

const exitWithinMs = 25_000;

/** I22: in time, with code 0, without a lease left, and with nothing put in doubt by having gone. */
export const processesEndWell: Check = ({ exits, attempts }) =>
  exits.flatMap(({ kind, pid, atMs, tookMs, code, signal }) => {
    const left =
      kind === 'worker'
        ? attempts.filter(
            ({ worker, outcome, errorCode, finishedAtMs }) =>
              worker.endsWith(`-${pid}`) &&
              (outcome === null || (errorCode === 'LeaseExpired' && (finishedAtMs ?? 0) >= atMs)),
          )
        : [];
    return [
      ...(code === 0 ? [] : [aboutRun('I22', `${kind} ${pid} ended with ${code ?? signal} after SIGTERM`)]),
      ...(tookMs > exitWithinMs
        ? [aboutRun('I22', `${kind} ${pid} took ${Math.round(tookMs)} ms to end after SIGTERM`)]
        : []),
      ...left.map(({ sendId, number }) =>
        aboutSend(
          'I22',
          sendId,
          `attempt ${number} was left behind by worker ${pid}, which had been told to stop`,
        ),
      ),
    ];
  });

/** I23. */
export const nothingLeaks: Check = ({ leaks }) =>
  leaks.map(({ where, what, line }) => aboutRun('I23', `${where} holds ${what}: ${line}`));

import type { ExitFact } from '../../nouns/facts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { aboutRun, aboutSend, type Check, wordsOfDeath } from '../violation.ts';

const exitWithinMs = 25_000;

/** Attempts whose answer the fake SES itself kept back, so that any worker had to put them in doubt. */
const struckAttempts = ({ arrivals }: IndexedFacts): ReadonlySet<string> =>
  new Set(
    arrivals
      .filter(({ outcome }) => outcome !== null && outcome !== 'accepted')
      .map(({ sendId, attempt }) => `${sendId} ${attempt}`),
  );

/** Attempts that a worker left open, or that ended in doubt once it had been told to stop, whoever wrote that down. */
function leftBehind(facts: IndexedFacts, { kind, pid, atMs }: ExitFact) {
  if (kind !== 'worker') return [];
  const struck = struckAttempts(facts);
  return facts.attempts.filter(({ worker, sendId, number, outcome, errorCode, finishedAtMs }) => {
    if (!worker.endsWith(`-${pid}`)) return false;
    if (outcome === null) return true;
    if (outcome !== 'in_doubt' || (finishedAtMs ?? 0) < atMs) return false;
    return errorCode === 'LeaseExpired' || !struck.has(`${sendId} ${number}`);
  });
}

/** I22: in time, with code 0, without a lease left, and with nothing put in doubt by having gone. */
export const processesEndWell: Check = function* (facts) {
  for (const exit of facts.exits) {
    const { kind, pid, tookMs, code, signal } = exit;
    if (code !== 0) yield aboutRun('I22', `${kind} ${pid} ended with ${code ?? signal} after SIGTERM`);
    if (facts.isClockJudged && tookMs > exitWithinMs)
      yield aboutRun('I22', `${kind} ${pid} took ${Math.round(tookMs)} ms to end after SIGTERM`);
    for (const { sendId, number } of leftBehind(facts, exit)) {
      const what = `attempt ${number} was left behind by worker ${pid}, which had been told to stop`;
      yield aboutSend('I22', sendId, what);
    }
  }
};

/** A worker that dies is missed by nobody while another does its work. */
export const nothingDies: Check = ({ deaths }) =>
  deaths.map((death) => aboutRun('deaths', wordsOfDeath(death)));

/** I23. */
export const nothingLeaks: Check = ({ leaks }) =>
  leaks.map(({ where, what, line }) => aboutRun('I23', `${where} holds ${what}: ${line}`));

import type { Facts } from '../nouns/facts.ts';

type Requests = Pick<Facts, 'requests' | 'faults'>;

const isDuring = (faults: Requests['faults'], atMs: number) =>
  faults.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs);

/** Requests that were made while a fault lasted. */
export const requestsDuringFaults = ({ requests, faults }: Requests) =>
  requests.filter(({ atMs }) => isDuring(faults, atMs));

/**
 * How soon after each fault SES got mail again, in milliseconds; null: it never did, or another fault began before it
 * did, `calmMs` after this one.
 */
export const mailAgainAfter = ({ faults, ledger }: Pick<Facts, 'faults' | 'ledger'>) =>
  faults.map((fault) => {
    const mail = ledger.find(({ at }) => at >= fault.untilMs)?.at ?? Number.POSITIVE_INFINITY;
    const others = faults.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs >= fault.untilMs);
    const calmMs = Math.min(...others) - fault.untilMs;
    const ms = mail - fault.untilMs;
    return { fault, calmMs, ms: ms > calmMs || !Number.isFinite(ms) ? null : ms };
  });

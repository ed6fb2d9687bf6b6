import type { OutgoingMessage } from '../send/provider-outcome.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';
import { type Decision, heldRetryMs, recordOnly } from './decide.ts';
import type { Admission, DeliverDeps } from './deliver-deps.ts';

/** How long the provider may be called: `callBefore` is a moment of the monotonic clock, in milliseconds. */
export type CallWindow = { readonly signal: AbortSignal; readonly callBefore: number };

type Call = { readonly message: OutgoingMessage; readonly window: CallWindow };

/** A process that is late again and again goes on in the end, rather than never sending. */
const maxReopened = 3;

const heldBack: AttemptRecord['result'] = {
  kind: 'retry',
  delayMs: heldRetryMs,
  isSpent: false,
  error: { code: 'Held', message: 'sending is on hold', httpStatus: null },
};

/** Whether the lease would not outlast the call any more. */
const isTooLate = (deps: DeliverDeps, window: CallWindow) => deps.monotonicMs() > window.callBefore;

/** Waits for the send's permit; answers when that lapses, or what ends the attempt here. */
export async function takePermit(
  deps: DeliverDeps,
  send: ClaimedSend,
  { message, window }: Call,
): Promise<{ readonly untilMs: number } | Decision> {
  if (deps.holds.isHeld(send)) return recordOnly(heldBack);
  const recipients = message.to.length + message.cc.length + message.bcc.length;
  const permit = await deps.pacer.acquire(recipients, window.signal);
  if (permit.kind === 'refused') return recordOnly({ kind: 'returned', delayMs: permit.waitMs });
  if (deps.holds.isHeld(send)) return recordOnly(heldBack);
  if (isTooLate(deps, window)) return recordOnly({ kind: 'returned', delayMs: 0 });
  return permit;
}

/**
 * Admits one call while its permit and its lease hold. Between the permit and the first byte lie the signature
 * and the connection, and a process may stand still there: what is late by then takes another permit, and what has come
 * to the end of its lease, or under a hold, is not written. `refusal` tells what ends the attempt in place of the call.
 */
export function createAdmission(
  deps: DeliverDeps,
  send: ClaimedSend,
  { message, window, permitUntilMs }: Call & { readonly permitUntilMs: number },
): { readonly admission: Admission; readonly refusal: () => Decision | null } {
  let untilMs = permitUntilMs;
  let reopened = 0;
  let refusal: Decision | null = null;
  const reopen = async () => {
    const permit = await takePermit(deps, send, { message, window });
    if ('result' in permit) {
      refusal = permit;
      return false;
    }
    reopened += 1;
    untilMs = reopened < maxReopened ? permit.untilMs : Number.POSITIVE_INFINITY;
    return true;
  };
  const isOpen = () => deps.monotonicMs() <= untilMs && !isTooLate(deps, window);
  return { admission: { isOpen, reopen }, refusal: () => refusal };
}

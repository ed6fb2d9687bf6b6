import type { OutgoingMessage } from '../send/provider-outcome.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';
import { type Decision, heldRetryMs, recordOnly } from './decide.ts';
import type { Admission, DeliverDeps, Permit } from './deliver-deps.ts';

/** How long the provider may be called: `callBefore` is a moment of the monotonic clock, in milliseconds. */
export type CallWindow = { readonly signal: AbortSignal; readonly callBefore: number };

/** A message that waits to be given to the provider. */
export type Call = {
  readonly message: OutgoingMessage;
  readonly window: CallWindow;
  /** Sees to it, once, that others know that it may have begun; false: it may not. */
  readonly begin: () => Promise<boolean>;
};

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

/**
 * Writes the beginning of a call down while its moment is waited for, together with those of others. One that cannot be
 * written down does not begin.
 */
export function createBeginning(deps: DeliverDeps, send: ClaimedSend): Call['begin'] {
  let begun: Promise<boolean> | null = send.isBegun ? Promise.resolve(true) : null;
  return () => {
    begun ??= deps.begin(send).catch((error: unknown) => {
      deps.onTrouble(error, send);
      return false;
    });
    return begun;
  };
}

/** What ends the attempt although its moment has come, or null. */
async function endsAtPermit(
  deps: DeliverDeps,
  send: ClaimedSend,
  { window, begin }: Call,
): Promise<AttemptRecord['result'] | null> {
  const isBegun = await begin();
  if (deps.holds.isHeld(send)) return heldBack;
  return isBegun && !isTooLate(deps, window) ? null : { kind: 'returned', delayMs: 0 };
}

/** Waits for the send's permit, and answers it, or what ends the attempt here. */
export async function takePermit(
  deps: DeliverDeps,
  send: ClaimedSend,
  call: Call,
  lapsed = 0,
): Promise<Extract<Permit, { kind: 'granted' }> | Decision> {
  const { message, window, begin } = call;
  if (deps.holds.isHeld(send)) return recordOnly(heldBack);
  const permit = await deps.pacer.acquire({
    recipients: message.to.length + message.cc.length + message.bcc.length,
    lane: send.lane,
    signal: window.signal,
    lapsed,
    onGiven: () => void begin(),
  });
  if (permit.kind === 'refused') return recordOnly({ kind: 'returned', delayMs: permit.waitMs });
  const ended = await endsAtPermit(deps, send, call);
  if (ended === null) return permit;
  permit.giveBack();
  return recordOnly(ended);
}

/**
 * Admits one call while its permit and its lease hold. Between the permit and the first byte lie the signature
 * and the connection, and a process may stand still there: what is late by then takes another permit, and what has come
 * to the end of its lease, or under a hold, is not written. `refusal` tells what ends the attempt in place of the call.
 */
export function createAdmission(
  deps: DeliverDeps,
  send: ClaimedSend,
  { permit: first, ...call }: Call & { readonly permit: Extract<Permit, { kind: 'granted' }> },
): { readonly admission: Admission; readonly refusal: () => Decision | null } {
  let permit = first;
  let reopened = 0;
  let refusal: Decision | null = null;
  const reopen = async () => {
    permit.giveBack();
    reopened += 1;
    const next = await takePermit(deps, send, call, reopened);
    if ('result' in next) {
      refusal = next;
      return false;
    }
    permit = reopened < maxReopened ? next : { ...next, untilMs: Number.POSITIVE_INFINITY };
    return true;
  };
  const isOpen = () => deps.monotonicMs() <= permit.untilMs && !isTooLate(deps, call.window);
  return { admission: { isOpen, reopen }, refusal: () => refusal };
}

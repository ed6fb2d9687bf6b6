import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliverDeps, Hold } from '@postroom/core';
import type { Logger } from '@postroom/process';
import type { Holds } from '@postroom/redis';

/** What one worker does about holds: it keeps jobs in hand, lets trials through, and says what is held and lifted. */
export type HoldGate = DeliverDeps['holds'] &
  Pick<Holds, 'heldSends' | 'enter' | 'accepted'> & {
    /** Resolves once a job may go on, or when the process is stopping. */
    admit(sendId: string, signal: AbortSignal): Promise<void>;
    /** Ends what a job may have tried. */
    leave(sendId: string): Promise<void>;
  };

export type HoldGateOptions = {
  readonly holds: Holds;
  readonly pacer: { blockedMs(): number };
  /** Whether a send is a test key's, which SES is never given. */
  readonly isSimulated: (sendId: string) => Promise<boolean>;
  /** How long SES may have suspended the account before what waits for it fails, in milliseconds. */
  readonly suspendedFailAfterMs: number;
  readonly logger: Logger;
};

/** How often a waiting job looks whether it may go on, in milliseconds. */
const lookEveryMs = 200;

/** A spent quota passes by itself; all else only when a human acts. */
const levelOf = (reason: Hold['reason']) => (reason === 'quota_spent' ? 'warn' : 'error');

const suspended = {
  failureClass: 'account_suspended',
  message: 'SES has suspended sending for this account, and has not lifted that in the time that was set.',
} as const;

/**
 * Opens the gate that every job of this worker passes. While the account is on hold jobs stay in hand: no attempt is
 * spent, no more are taken than may be in hand, and they go on as soon as they may. An account that stays suspended
 * for too long lets them through to fail, but for the one that tries whether it still is. Sends of test keys neither wait nor
 * try: SES would say nothing of them.
 */
export function createHoldGate(options: HoldGateOptions): HoldGate {
  const { holds, pacer, isSimulated, suspendedFailAfterMs, logger } = options;

  const isGivenUp = () => {
    const hold = holds.find('account');
    return hold?.reason === 'account_suspended' && hold.heldForMs >= suspendedFailAfterMs;
  };
  // Asked during a hold alone: the queue does not tell. Whose send cannot be told waits, and nothing is lost by that.
  const isHeldForNothing = async (sendId: string) =>
    holds.find('account') !== undefined && (await isSimulated(sendId).catch(() => false));
  const mayPass = async (sendId: string) =>
    pacer.blockedMs() === 0 && ((await holds.enter('account', sendId)) || isGivenUp());

  return {
    admit: async (sendId, signal) => {
      if (await isHeldForNothing(sendId)) return;
      while (!signal.aborted && !(await mayPass(sendId))) {
        // An aborted sleep rejects; the loop's condition says the same.
        await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
      }
    },
    leave: async (sendId) => {
      for (const scope of await holds.leave(sendId)) logger.info({ event: 'hold_lifted', scope });
    },
    enter: (scope, sendId) => holds.enter(scope, sendId),
    accepted: (sendId) => holds.accepted(sendId),
    heldSends: () => (isGivenUp() ? [] : holds.heldSends()),
    isHeld: (send) => holds.isHeld(send),
    givenUp: (send) => (isGivenUp() && !holds.isTrial('account', send.id) ? suspended : null),
    place: async (hold, code) => {
      if (!(await holds.place(hold))) return;
      const { reason, scope } = hold;
      logger[levelOf(reason)]({ event: 'hold_placed', reason, scope, code });
    },
  };
}

import type { ClaimedSend, DeliverDeps } from '@postroom/core';
import type { WorkerMetrics } from '../metrics.ts';

/** Measures how long sends take until SES has them. */
export type SendTimes = {
  /** The same claim, after which a send is in hand. */
  claim(claim: DeliverDeps['claim']): DeliverDeps['claim'];
  /** SES has taken it. */
  accepted(sendId: string): void;
  /** It is in hand no longer. */
  ended(sendId: string): void;
};

/** Opens the times of one worker; `onSent` hears of each send that SES took. */
export function timeSends(
  { sendSeconds }: Pick<WorkerMetrics, 'sendSeconds'>,
  onSent: () => void,
): SendTimes {
  const inHand = new Map<string, Pick<ClaimedSend, 'waitingSince' | 'lane'>>();
  return {
    claim: (claim) => async (request) => {
      const result = await claim(request);
      if (result.kind === 'claimed') {
        const { waitingSince, lane } = result.send;
        inHand.set(request.sendId, { waitingSince, lane });
      }
      return result;
    },
    accepted: (sendId) => {
      const send = inHand.get(sendId);
      if (send === undefined) return;
      const seconds = Math.max(0, Date.now() - send.waitingSince.getTime()) / 1_000;
      sendSeconds.observe({ lane: send.lane }, seconds);
      onSent();
    },
    ended: (sendId) => {
      inHand.delete(sendId);
    },
  };
}

import { tracksThroughUs } from '../send/link-places.ts';
import { type Rejection, reject } from './item-outcome.ts';
import { trackingOf } from './new-send.ts';
import type { PlannedSend } from './planned-send.ts';

/** Why a send cannot be tracked as it is to be: nobody could follow its links. Null: it can, or is not. */
export function refusalOfTracking(
  { asked, profile }: Pick<PlannedSend, 'asked' | 'profile'>,
  { linkRefusal }: { readonly linkRefusal: string | null },
): Rejection | null {
  if (linkRefusal === null || asked.isSimulated || !tracksThroughUs(trackingOf({ asked, profile }))) {
    return null;
  }
  const issue = { path: 'tracking', message: linkRefusal };
  return reject('validation_failed', `${issue.path} ${issue.message}`, { issues: [issue] });
}

import type { SendOwner } from '../send/send.ts';
import { isOfSenders } from '../send/sender-limit.ts';
import type { AskedEmail, AskedItem } from './asked-send.ts';
import { keyReused, type Rejection, type SendOutcome } from './item-outcome.ts';
import type { Step } from './planned-send.ts';
import { senderNotAllowed } from './resolve-sender.ts';
import type { WrittenSends } from './write-sends.ts';

/** What became of one send of a plan that was written: its own row, the one that it repeats, or none that is its caller's to see. Pure. */
export function outcomeOf(
  step: Exclude<Step<AskedItem | AskedEmail>, Rejection>,
  { made, taken }: WrittenSends,
  owner: SendOwner,
): SendOutcome {
  if (step.kind === 'known') return { kind: 'accepted', replayed: true, send: step.send };
  const { asked } = step.kind === 'new' ? step : step.first;
  const own = made.get(asked.index);
  const send = own ?? taken.get(asked.index);
  if (send === undefined) throw new Error(`send ${asked.index} was neither written nor found`);
  if (send.fingerprint !== asked.fingerprint) return keyReused();
  if (own === undefined && !isOfSenders(owner, send.senderProfileId)) return senderNotAllowed();
  return { kind: 'accepted', replayed: step.kind === 'repeated' || own === undefined, send };
}

import { bareAddress } from '@postroom/servers';
import { acceptedAs, type ClientSend, type Erasure, isToErased } from '../../nouns/client-log.ts';
import { ownTextPattern } from '../../nouns/workspace.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { aboutSend, type Check } from '../violation.ts';

/** The text that stands in the subject, data or body of this send alone. */
const ownTextOf = ({ subject }: ClientSend): string => new RegExp(ownTextPattern).exec(subject)?.[0] ?? '';

/** How the erasure of a send's person ended; null: as it should. */
function wrongEnd({ erasures }: IndexedFacts, { id, answered }: Erasure): string | null {
  if (id === null)
    return `its person was to be erased, which was answered ${answered?.status ?? 'by nobody'}`;
  const erasure = erasures.find((one) => one.id === id);
  if (erasure === undefined) return 'there is nothing of the erasure that its client was told of';
  return erasure.stage === 'done' ? null : `the erasure of its person is still at "${erasure.stage}"`;
}

/** Whether SES got mail to a person once their erasure had come to its end. */
function isMailedLater({ erasures, ledgerOf }: IndexedFacts, { id, email }: Erasure, sendId: string) {
  const endMs = erasures.find((one) => one.id === id)?.finishedAtMs ?? Number.POSITIVE_INFINITY;
  return ledgerOf(sendId).some(
    ({ at, to, cc, bcc }) =>
      at > endMs && [...to, ...cc, ...bcc].some((text) => bareAddress(text).toLowerCase() === email),
  );
}

/** The erasure comes to its end; then no table has the address, nor, of whom a send was to, what that said. */
export const erasedLeavesNothing: Check = (facts) =>
  facts.sends.flatMap((wish) => {
    const { erasure } = wish;
    const sendId = acceptedAs(wish);
    if (erasure === null || sendId === null) return [];
    const wrong = wrongEnd(facts, erasure);
    if (wrong !== null) return [aboutSend('erasing', sendId, wrong)];
    const gone = [erasure.email, ...(isToErased(wish) ? [ownTextOf(wish)] : [])];
    const left = gone.flatMap((word) => facts.words?.anywhere.get(word) ?? []);
    return [
      ...left.map((table) => aboutSend('erasing', sendId, `its person is erased, and stands in ${table}`)),
      ...(isMailedLater(facts, erasure, sendId)
        ? [aboutSend('erasing', sendId, 'its person was erased, and got it afterwards')]
        : []),
    ];
  });

/** Of every send to somebody else the recipient and what it says are still there. */
export const othersKeepTheirs: Check = ({ sends, words, rowById }) =>
  sends.flatMap((wish) => {
    const row = rowById.get(acceptedAs(wish) ?? '');
    // A template that runs away is given nothing of its send's own.
    if (words === null || row === undefined || isToErased(wish) || wish.kind === 'poison') return [];
    const [recipient = ''] = wish.recipients;
    const missing = [recipient, ownTextOf(wish)].filter((word) => !words.inSends.has(word));
    return missing.length === 0
      ? []
      : [
          aboutSend(
            'erasing',
            row.id,
            `lost ${missing.length} of its words, and its recipient is not erased`,
          ),
        ];
  });

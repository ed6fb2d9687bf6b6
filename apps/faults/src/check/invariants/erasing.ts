import { bareAddress } from '@postroom/servers';
import { acceptedAs, type ClientSend, type Erasure, isToErased } from '../../nouns/client-log.ts';
import { ownTextPattern } from '../../nouns/workspace.ts';
import { acceptedWishes, type IndexedFacts } from '../index-facts.ts';
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
export const erasedLeavesNothing: Check = function* (facts) {
  for (const [wish, sendId] of acceptedWishes(facts.sends)) {
    const { erasure } = wish;
    if (erasure === null) continue;
    const wrong = wrongEnd(facts, erasure);
    if (wrong !== null) {
      yield aboutSend('erasing', sendId, wrong);
      continue;
    }
    for (const word of [erasure.email, ...(isToErased(wish) ? [ownTextOf(wish)] : [])]) {
      const table = facts.words?.anywhere.get(word);
      if (table !== undefined)
        yield aboutSend('erasing', sendId, `its person is erased, and stands in ${table}`);
    }
    if (isMailedLater(facts, erasure, sendId))
      yield aboutSend('erasing', sendId, 'its person was erased, and got it afterwards');
  }
};

/** Of every send to somebody else the recipient and what it says are still there. */
export const othersKeepTheirs: Check = function* ({ sends, words, rowById }) {
  for (const wish of sends) {
    const row = rowById.get(acceptedAs(wish) ?? '');
    // A template that runs away is given nothing of its send's own.
    if (words === null || row === undefined || isToErased(wish) || wish.kind === 'poison') continue;
    const [recipient = ''] = wish.recipients;
    const missing = [recipient, ownTextOf(wish)].filter((word) => !words.inSends.has(word));
    if (missing.length > 0)
      yield aboutSend(
        'erasing',
        row.id,
        `lost ${missing.length} of its words, and its recipient is not erased`,
      );
  }
};

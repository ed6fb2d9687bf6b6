import type { EventFact, RowFact } from '../../nouns/facts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { aboutRun, aboutSend, type Check, type Violation } from '../violation.ts';

type Kind = 'delivered' | 'bounced' | 'complained';

/** As what an event counts; null: as nothing. */
function kindOf({ type, isPermanentBounce }: EventFact): Kind | null {
  if (type === 'delivery') return 'delivered';
  if (type === 'bounce') return isPermanentBounce ? 'bounced' : null;
  return type === 'complaint' ? 'complained' : null;
}

/** The sends whose recipients bounced for good or complained, with what they count. */
const realRows = ({ rows }: IndexedFacts): readonly RowFact[] => rows.filter(({ simulated }) => !simulated);

/** Whoever bounced for good or complained is suppressed, and nobody else by an event. */
export const badAddressesAreSuppressed: Check = (facts) => {
  const { consequences, eventsOf, wishBySend } = facts;
  if (consequences === null) return [];
  const wanted = new Set<string>();
  const missing: Violation[] = [];
  for (const { id, workspaceId } of realRows(facts)) {
    const isBad = eventsOf(id).some((event) => ['bounced', 'complained'].includes(kindOf(event) ?? ''));
    const wish = wishBySend.get(id);
    if (!isBad || wish === undefined) continue;
    for (const email of wish.recipients) wanted.add(`${workspaceId} ${email}`);
    // Of whom was erased a hash is left.
    const isThere = wish.recipients.some((email) => consequences.suppressed.has(`${workspaceId} ${email}`));
    if (!isThere && wish.erasure === null) {
      missing.push(
        aboutSend('I30', id, 'bounced or was complained about, and its recipient is not suppressed'),
      );
    }
  }
  const others = [...consequences.suppressed].filter(
    (name) => !wanted.has(name) && !name.includes(' erased:'),
  );
  return others.length === 0
    ? missing
    : [...missing, aboutRun('I30', `${others.length} addresses are suppressed by no event`)];
};

/** Each event counts once in the rates, however often and in whatever order it came. */
export const ratesAreTrue: Check = (facts) => {
  const { consequences, eventsOf } = facts;
  if (consequences === null) return [];
  const events = new Map<string, Record<Kind, number>>();
  for (const { id, workspaceId } of realRows(facts)) {
    const counts = events.get(workspaceId) ?? { delivered: 0, bounced: 0, complained: 0 };
    events.set(workspaceId, counts);
    for (const event of eventsOf(id)) {
      const kind = kindOf(event);
      if (kind !== null) counts[kind] += 1;
    }
  }
  const workspaces = new Set([...events.keys(), ...consequences.counted.keys()]);
  const nothing = { delivered: 0, bounced: 0, complained: 0 };
  return [...workspaces].flatMap((workspaceId) => {
    const told = events.get(workspaceId) ?? nothing;
    const counted = consequences.counted.get(workspaceId) ?? nothing;
    const isTrue =
      counted.bounced === told.bounced &&
      counted.complained === told.complained &&
      // One event may tell of several recipients.
      counted.delivered >= told.delivered &&
      (told.delivered > 0 || counted.delivered === 0);
    return isTrue
      ? []
      : [aboutRun('I30', `counts ${JSON.stringify(counted)} and has events for ${JSON.stringify(told)}`)];
  });
};

import type { Counted, EventFact } from '../../nouns/facts.ts';
import type { IndexedFacts } from '../index-facts.ts';
import { aboutRun, aboutSend, type Check } from '../violation.ts';

/** As what an event counts; null: as nothing. */
function kindOf({ type, isPermanentBounce }: EventFact): keyof Counted | null {
  if (type === 'delivery') return 'delivered';
  if (type === 'bounce') return isPermanentBounce ? 'bounced' : null;
  return type === 'complaint' ? 'complained' : null;
}

const isBad = (event: EventFact) => ['bounced', 'complained'].includes(kindOf(event) ?? '');

/** What is simulated counts for nothing. */
const realRows = ({ rows }: IndexedFacts) => rows.filter(({ simulated }) => !simulated);

/** Whoever bounced for good or complained is suppressed, and nobody else by an event. */
export const badAddressesAreSuppressed: Check = function* (facts) {
  const { consequences, eventsOf, wishBySend } = facts;
  if (consequences === null) return;
  const wanted = new Set<string>();
  for (const { id, workspaceId } of realRows(facts)) {
    const wish = wishBySend.get(id);
    if (wish === undefined || !eventsOf(id).some(isBad)) continue;
    const names = wish.recipients.map((email) => `${workspaceId} ${email}`);
    for (const name of names) wanted.add(name);
    // Of whom was erased a hash is left.
    if (wish.erasure === null && !names.some((name) => consequences.suppressed.has(name)))
      yield aboutSend('I30', id, 'bounced or was complained about, and its recipient is not suppressed');
  }
  const isOther = (name: string) => !wanted.has(name) && !name.includes(' erased:');
  const others = [...consequences.suppressed].filter(isOther);
  if (others.length > 0) yield aboutRun('I30', `${others.length} addresses are suppressed by no event`);
};

/** Each event counts once in the rates, however often and in whatever order it came. */
export const ratesAreTrue: Check = function* (facts) {
  const { consequences, eventsOf } = facts;
  if (consequences === null) return;
  const nothing = { delivered: 0, bounced: 0, complained: 0 };
  const events = new Map([...consequences.counted.keys()].map((id) => [id, { ...nothing }]));
  for (const { id, workspaceId } of realRows(facts)) {
    const counts = events.get(workspaceId) ?? { ...nothing };
    events.set(workspaceId, counts);
    for (const event of eventsOf(id)) {
      const kind = kindOf(event);
      if (kind !== null) counts[kind] += 1;
    }
  }
  for (const [workspaceId, told] of events) {
    const counted = consequences.counted.get(workspaceId) ?? nothing;
    const isTrue =
      counted.bounced === told.bounced &&
      counted.complained === told.complained &&
      // One event may tell of several recipients.
      counted.delivered >= told.delivered &&
      (told.delivered > 0 || counted.delivered === 0);
    if (!isTrue)
      yield aboutRun('I30', `counts ${JSON.stringify(counted)} and has events for ${JSON.stringify(told)}`);
  }
};

import type { RowFact } from '../../nouns/facts.ts';
import { aboutRun, aboutSend, type Check, type Violation } from '../violation.ts';

/** By what a receiver knows an event of ours. */
const webhookIdOf = (noticeId: string) => `msg_${noticeId}`;

/** Whatever is to be told has arrived, or is shown as given up or blocked; and nothing has that nobody wrote down. */
export const noticesArrive: Check = ({ webhooks }) => {
  if (webhooks === null) return [];
  const received = new Set(webhooks.received.map(({ webhookId }) => webhookId));
  const known = new Set(webhooks.notices.map(({ id }) => webhookIdOf(id)));
  const lost = webhooks.notices.flatMap(({ id, type, sendId, state }): Violation[] => {
    const isLost = state === 'pending' || (state === 'delivered' && !received.has(webhookIdOf(id)));
    if (!isLost) return [];
    const what = `${type} is ${state}, and its receiver ${received.has(webhookIdOf(id)) ? 'has' : 'never had'} it`;
    return [sendId === null ? aboutRun('I27', what) : aboutSend('I27', sendId, what)];
  });
  const made = [...received]
    .filter((id) => !known.has(id))
    .map((id) => aboutRun('I27', `${id} is of no event`));
  return [...lost, ...made];
};

/** By what names the end of a send is told: mail that the workspace's own list kept back has its own. */
const endsAs: Readonly<Record<string, readonly string[]>> = {
  Sent: ['email.sent'],
  Failed: ['email.failed'],
  Skipped: ['email.skipped', 'email.suppressed'],
  Canceled: ['email.canceled'],
};

const beginsAs = ['email.queued', 'email.scheduled', 'email.failed'];

/** Every send of the run is told of: that it began, how it ended, once each, and that it was delivered. */
export const everyEventIsTold: Check = ({ rows, webhooks, eventsOf }) => {
  if (webhooks === null) return [];
  const bySend = new Map<string, Map<string, string>>();
  for (const { sendId, webhookId, type } of webhooks.received) {
    const ofSend = bySend.get(sendId) ?? new Map<string, string>();
    bySend.set(sendId, ofSend.set(webhookId, type));
  }
  const wrongOf = ({ id, status }: RowFact): readonly string[] => {
    const types = [...(bySend.get(id)?.values() ?? [])];
    const count = (names: readonly string[]) => types.filter((type) => names.includes(type)).length;
    const ends = endsAs[status] ?? [];
    const delivered = eventsOf(id).filter(({ type }) => type === 'delivery').length;
    return [
      ...(count(beginsAs) === 0 ? ['nobody was told that it began'] : []),
      ...(ends.length > 0 && count(ends) !== 1
        ? [`it ended ${status}, of which its receiver was told under ${count(ends)} ids`]
        : []),
      ...(count(['email.delivered']) === delivered
        ? []
        : [`SES reported ${delivered} deliveries, and ${count(['email.delivered'])} were told`]),
    ];
  };
  return rows.flatMap((row) => wrongOf(row).map((what) => aboutSend('I27', row.id, what)));
};

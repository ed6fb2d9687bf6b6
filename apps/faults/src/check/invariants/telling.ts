import { aboutRun, aboutSend, type Check } from '../violation.ts';

/** By what a receiver knows an event of ours. */
const webhookIdOf = (noticeId: string) => `msg_${noticeId}`;

/** Whatever is to be told has arrived, or is shown as given up or blocked; and nothing has that nobody wrote down. */
export const noticesArrive: Check = function* ({ webhooks }) {
  if (webhooks === null) return;
  const received = new Set(webhooks.received.map(({ webhookId }) => webhookId));
  for (const { id, type, sendId, state } of webhooks.notices) {
    const hasIt = received.delete(webhookIdOf(id));
    if (state !== 'pending' && (state !== 'delivered' || hasIt)) continue;
    const what = `${type} is ${state}, and its receiver ${hasIt ? 'has' : 'never had'} it`;
    yield sendId === null ? aboutRun('I27', what) : aboutSend('I27', sendId, what);
  }
  for (const id of received) yield aboutRun('I27', `${id} is of no event`);
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
export const everyEventIsTold: Check = function* ({ rows, webhooks, eventsOf }) {
  if (webhooks === null) return;
  const bySend = new Map<string, Map<string, string>>();
  for (const { sendId, webhookId, type } of webhooks.received) {
    const ofSend = bySend.get(sendId) ?? new Map<string, string>();
    bySend.set(sendId, ofSend.set(webhookId, type));
  }
  for (const { id, status } of rows) {
    const types = [...(bySend.get(id)?.values() ?? [])];
    const count = (names: readonly string[]) => types.filter((type) => names.includes(type)).length;
    const told = { ends: count(endsAs[status] ?? []), delivered: count(['email.delivered']) };
    const delivered = eventsOf(id).filter(({ type }) => type === 'delivery').length;
    if (count(beginsAs) === 0) yield aboutSend('I27', id, 'nobody was told that it began');
    if (status in endsAs && told.ends !== 1)
      yield aboutSend('I27', id, `it ended ${status}, of which its receiver was told under ${told.ends} ids`);
    if (told.delivered !== delivered)
      yield aboutSend('I27', id, `SES reported ${delivered} deliveries, and ${told.delivered} were told`);
  }
};

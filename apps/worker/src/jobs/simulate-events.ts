import { type ClaimedSend, firstReceiver, simulatedDelivery } from '@postroom/core';
import type { EventStore } from '@postroom/db';

const eventTypeOf = { delivered: 'delivery', bounced: 'bounce', complained: 'complaint' } as const;

/** Reports of a simulated send what SES would report of a real one. */
export async function simulateEvents(events: EventStore, send: ClaimedSend): Promise<void> {
  const { place, email } = firstReceiver(send);
  const delivery = simulatedDelivery(email);
  await events.record([
    {
      sourceId: `simulated-${send.id}-${delivery}`,
      type: eventTypeOf[delivery],
      sendId: send.id,
      attempt: send.attempt,
      providerMessageId: `simulated-${send.id}-${send.attempt}`,
      occurredAt: new Date(),
      isPermanentBounce: delivery === 'bounced' ? true : null,
      ...(place === 0 ? { recipients: [] } : { recipients: [email], sentTo: [email], reports: [{ email }] }),
      detail: { source: 'simulator' },
    },
  ]);
}

import { Histogram, type Registry } from './metrics.ts';

/** What of an event tells how long it was on its way. */
type Timed = { readonly type: string; readonly occurredAt: Date };

/**
 * Measures how long SES's `Send` events are on their way, in seconds: from the moment at which SES took the message, by
 * its clock, to their arrival here. A send in doubt should wait longer than nearly all of them.
 */
export function createEventDelay(registry: Registry): (events: readonly Timed[]) => void {
  const delay = new Histogram({
    name: 'postroom_ses_event_delay_seconds',
    help: 'Time from when SES took a message to the arrival of its Send event.',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600],
    registers: [registry],
  });
  return (events) => {
    for (const { type, occurredAt } of events) {
      if (type === 'send') delay.observe(Math.max(0, Date.now() - occurredAt.getTime()) / 1_000);
    }
  };
}

import type { ProviderEvent } from '@postroom/core';
import * as z from 'zod';
import { parseSesEvent } from '../events/parse-ses-event.ts';

/** What a message of the queue holds, and why it holds none of our events; the reason names no contents. */
export type ParsedQueuedEvent =
  | { readonly kind: 'event'; readonly events: readonly ProviderEvent[] }
  /** Understood, and not about one of our sends: it can be taken off the queue. */
  | { readonly kind: 'ignored'; readonly reason: 'notice' | 'unknown_type' | 'no_send_id' }
  /** Somebody has to look at it: it must not vanish. */
  | { readonly kind: 'refused'; readonly reason: 'not_json' | 'not_an_event' | 'unknown_topic' };

const envelopeSchema = z.object({
  Type: z.literal('Notification'),
  TopicArn: z.string(),
  Message: z.string(),
});

/** What SES publishes in plain words when an event destination is made, and SNS passes on. */
const notice = /^Successfully validated SNS topic for Amazon SES event publishing\.?$/;

/** What SES publishes, of no mail, when a topic is chosen for the notifications of an identity. */
const greetingSchema = z.object({ notificationType: z.literal('AmazonSnsSubscriptionSucceeded') });

/**
 * Reads one message of the queue: an event of SES as SNS delivers it, in its envelope or raw. There is no signature
 * to check: who may put messages into the queue is decided by its access policy, and SQS knows its callers. An
 * envelope names its topic, which has to be an allowed one when any are named.
 */
export function parseQueuedEvent(
  body: string,
  options: { readonly allowedTopicArns: readonly string[] },
): ParsedQueuedEvent {
  const { allowedTopicArns } = options;
  const envelope = readAs(envelopeSchema, body);
  if (envelope !== null && allowedTopicArns.length > 0 && !allowedTopicArns.includes(envelope.TopicArn)) {
    return { kind: 'refused', reason: 'unknown_topic' };
  }
  const message = envelope === null ? body : envelope.Message;
  if (notice.test(message.trim())) return { kind: 'ignored', reason: 'notice' };
  const parsed = parseSesEvent(message);
  if (parsed.kind === 'event') return parsed;
  const { reason } = parsed;
  if (reason === 'not_an_event' && readAs(greetingSchema, message) !== null)
    return { kind: 'ignored', reason: 'notice' };
  return reason === 'unknown_type' || reason === 'no_send_id'
    ? { kind: 'ignored', reason }
    : { kind: 'refused', reason };
}

function readAs<Read>(schema: z.ZodType<Read>, text: string): Read | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

import { randomUUID } from 'node:crypto';
import { type LedgerEntry, type SesEventType, sesEventBody, snsNotification } from '@postroom/servers';
import type { MadeSend } from './make-sends.ts';

/** The topic that SES's events of a run come from. */
export const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-bench';

/** So many sends are reported as taken before the first of them is reported as delivered. */
const blockSize = 500;

/** One delivery in so many is a hard bounce. */
const bounceEvery = 100;

const entryOf = ({ id, email }: MadeSend): LedgerEntry => ({
  seq: 1,
  at: Date.now(),
  monotonicMs: 0,
  messageId: randomUUID(),
  sendId: id,
  attempt: 1,
  from: 'Acme <orders@acme.example.com>',
  to: [email],
  cc: [],
  bcc: [],
  subject: 'Your order',
  tags: { 'postroom-send-id': id, 'postroom-attempt': '1' },
  configurationSet: null,
  recipientsCount: 1,
  fault: null,
});

/** What SES reports of sends, two events each: first that it took them, some time later what became of them. */
export function eventsOf(sends: readonly MadeSend[]): readonly string[] {
  const entries = sends.map(entryOf);
  const events: string[] = [];
  const say = (type: SesEventType, entry: LedgerEntry) =>
    events.push(JSON.stringify(sesEventBody(type, entry)));
  for (let from = 0; from < entries.length; from += blockSize) {
    const block = entries.slice(from, from + blockSize);
    for (const entry of block) say('Send', entry);
    for (const [at, entry] of block.entries())
      say((at + 1) % bounceEvery === 0 ? 'Bounce' : 'Delivery', entry);
  }
  return events;
}

/** Events as SNS posts them, signed. */
export const notificationsOf = (events: readonly string[]): readonly Buffer[] =>
  events.map((event) => Buffer.from(JSON.stringify(snsNotification({ topicArn }, event))));

import { describe, expect, test } from '@jest/globals';
import { regionOfQueue } from './event-queue.ts';
import { parseQueuedEvent } from './parse-queued-event.ts';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:postroom-events';
const sendId = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const eventOf = (eventType: string, tags: Record<string, string[]> = { 'postroom-send-id': [sendId] }) => ({
  eventType,
  mail: { timestamp: '2025-05-02T00:54:06.000Z', messageId: '0100-abc', destination: ['a@b.example'], tags },
});
const delivery = JSON.stringify(eventOf('Delivery'));
const inEnvelope = (message: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: topicArn, Message: message, ...more });
const greeting = JSON.stringify({
  notificationType: 'AmazonSnsSubscriptionSucceeded',
  message: `You have successfully subscribed your Amazon SNS topic '${topicArn}' to receive 'Bounce' notifications from Amazon SES for identity 'example.com'.`,
});
const parse = (body: string, allowedTopicArns: readonly string[] = []) =>
  parseQueuedEvent(body, { allowedTopicArns });

test.each([
  ['raw', delivery],
  ['in the envelope of SNS, unsigned', inEnvelope(delivery)],
])('an event is read %s', (_how, body) => {
  expect(parse(body)).toMatchObject({ kind: 'event', events: [{ type: 'delivery', sendId }] });
});

test('the same event has the same source id, whichever way it came', () => {
  const sourceOf = (body: string) => {
    const parsed = parse(body);
    return parsed.kind === 'event' ? parsed.events[0]?.sourceId : null;
  };
  expect(sourceOf(delivery)).toBe(sourceOf(inEnvelope(delivery)));
});

describe('the topic of an envelope', () => {
  test('has to be allowed when any are named', () => {
    expect(parse(inEnvelope(delivery), [topicArn])).toMatchObject({ kind: 'event' });
    expect(parse(inEnvelope(delivery), [`${topicArn}-other`])).toEqual({
      kind: 'refused',
      reason: 'unknown_topic',
    });
  });

  test('is not asked for when none are named, or the message is raw', () => {
    expect(parse(inEnvelope(delivery))).toMatchObject({ kind: 'event' });
    expect(parse(delivery, [topicArn])).toMatchObject({ kind: 'event' });
  });
});

test.each([
  [
    'a type that is not known, of mail that is not ours',
    JSON.stringify(eventOf('Sneeze', {})),
    'unknown_type',
  ],
  ['mail that is not ours', JSON.stringify(eventOf('Delivery', {})), 'no_send_id'],
  ['SES’s notice', 'Successfully validated SNS topic for Amazon SES event publishing.', 'notice'],
  ['SES’s notice', inEnvelope('Successfully validated SNS topic for Amazon SES event publishing.'), 'notice'],
  ['SES’s greeting of a topic of an identity', inEnvelope(greeting), 'notice'],
])('%s is understood and ignored', (_what, body, reason) => {
  expect(parse(body)).toEqual({ kind: 'ignored', reason });
});

test.each([
  ['words', 'hello', 'not_json'],
  ['nothing', '', 'not_json'],
  ['JSON that is no event', '{"hello":1}', 'not_an_event'],
  ['an array', '[]', 'not_an_event'],
  ['null', 'null', 'not_an_event'],
  ['an envelope without an event', inEnvelope('{}'), 'not_an_event'],
  ['a subscription to confirm', inEnvelope(delivery, { Type: 'SubscriptionConfirmation' }), 'not_an_event'],
])('%s is refused, to be looked at', (_what, body, reason) => {
  expect(parse(body)).toEqual({ kind: 'refused', reason });
});

test.each([
  ['https://sqs.eu-central-1.amazonaws.com/123456789012/q', 'eu-central-1'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q', 'cn-north-1'],
  ['https://eu-west-1.queue.amazonaws.com/123456789012/q', 'eu-west-1'],
  ['https://sqs.eusc-de-east-1.amazonaws.eu/123456789012/q', 'eusc-de-east-1'],
  ['https://sqs.eu-west-1.amazonaws.com.example.com/123456789012/q', null],
  ['http://localhost:4566/000000000000/q', null],
])('the region of %s is %s', (url, region) => {
  expect(regionOfQueue(url)).toBe(region);
});

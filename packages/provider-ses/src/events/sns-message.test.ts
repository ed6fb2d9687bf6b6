import { describe, expect, test } from '@jest/globals';
import { aConfirmation, aNotification } from '../../test/sns-signer.ts';
import { canonicalString, parseSnsMessage } from './sns-message.ts';

test('a notification is parsed to its signed fields; what SNS adds unsigned is dropped', () => {
  const body = { ...aNotification(), UnsubscribeURL: 'https://x.example', MessageAttributes: { a: 1 } };
  expect(parseSnsMessage(JSON.stringify(body))).toEqual({ kind: 'message', message: aNotification() });
});

test('a confirmation is parsed with its token', () => {
  const parsed = parseSnsMessage(JSON.stringify(aConfirmation()));
  expect(parsed).toEqual({ kind: 'message', message: aConfirmation() });
});

describe('malformed', () => {
  test.each([
    ['not JSON', 'hello'],
    ['empty', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['another type', JSON.stringify({ ...aNotification(), Type: 'Other' })],
    ['no topic', JSON.stringify({ ...aNotification(), TopicArn: undefined })],
    ['a message that is no string', JSON.stringify({ ...aNotification(), Message: {} })],
    ['signature version 3', JSON.stringify({ ...aNotification(), SignatureVersion: '3' })],
    ['a timestamp that is none', JSON.stringify({ ...aNotification(), Timestamp: 'yesterday' })],
    ['a token with an ampersand', JSON.stringify({ ...aConfirmation(), Token: 'a&TopicArn=b' })],
  ])('%s', (_name, body) => {
    expect(parseSnsMessage(body)).toMatchObject({ kind: 'malformed' });
  });
});

test('the signed string of a notification leaves out a subject that is not there', () => {
  const { Subject: _, ...message } = aNotification();
  expect(canonicalString(message)).toBe(
    [
      'Message\n{"a":"b"}\n',
      'MessageId\nda41e39f-ea4d-435a-b922-c6aae3915ebe\n',
      'Timestamp\n2025-05-02T00:54:06.655Z\n',
      'TopicArn\narn:aws:sns:eu-west-1:123456789012:ses-events\n',
      'Type\nNotification\n',
    ].join(''),
  );
});

test('the signed string of a confirmation names its URL and token', () => {
  expect(canonicalString(aConfirmation()).match(/^[A-Z]\w+$/gm)).toEqual(
    expect.arrayContaining(['Message', 'SubscribeURL', 'Token', 'TopicArn', 'Type']),
  );
});

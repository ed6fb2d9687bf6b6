import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  aConfirmation,
  aNotification,
  aTopic,
  certificateUrl,
  signed,
  signedAt,
} from '../../test/sns-signer.ts';
import { testOnlyCertificatePem, testOnlyForeignKeyPem } from '../../test/test-only-certificate.ts';
import type { SnsMessage } from './sns-message.ts';
import { type VerifySnsDeps, verifySnsMessage } from './verify-sns-message.ts';

const { publicKey } = new X509Certificate(testOnlyCertificatePem);

async function verify(message: SnsMessage, overrides: Partial<VerifySnsDeps> = {}) {
  const asked: string[] = [];
  const believed: string[] = [];
  const verification = await verifySnsMessage(message, {
    allowedTopicArns: [aTopic],
    certificates: {
      keyOf: async (url) => {
        asked.push(url);
        return publicKey;
      },
      believe: (url) => void believed.push(url),
    },
    now: () => new Date(Date.parse(signedAt) + 1_000),
    ...overrides,
  });
  // What has verified a message is kept, and nothing else.
  expect(believed).toEqual(
    verification.kind === 'verified' && overrides.certificates === undefined ? asked : [],
  );
  return { ...verification, asked };
}

describe('verified', () => {
  test.each([
    ['signature version 1', aNotification({ SignatureVersion: '1' })],
    ['signature version 2', aNotification({ SignatureVersion: '2' })],
    ['no subject', aNotification({ Subject: null })],
    ['text beyond ASCII', aNotification({ Message: '{"name":"Jörg 😀"}' })],
    ['a confirmation', aConfirmation()],
  ])('%s', async (_name, message) => {
    expect(await verify(signed(message))).toEqual({ kind: 'verified', asked: [certificateUrl] });
  });

  test('a Chinese region has its own domain', async () => {
    const TopicArn = 'arn:aws-cn:sns:cn-north-1:123456789012:t';
    const SigningCertURL = 'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a.pem';
    const message = signed(aNotification({ TopicArn, SigningCertURL }));
    expect(await verify(message, { allowedTopicArns: [TopicArn] })).toMatchObject({ kind: 'verified' });
  });
});

describe('a signature that does not hold', () => {
  test.each([
    ['another message', { ...signed(aNotification()), Message: '{"a":"c"}' }],
    ['another subject', { ...signed(aNotification()), Subject: 'x' }],
    ['another message id', { ...signed(aNotification()), MessageId: 'x' }],
    ['a newer timestamp', { ...signed(aNotification()), Timestamp: '2025-05-02T00:54:07.655Z' }],
    ['another token', { ...signed(aConfirmation()), Token: 'abc' }],
    ['the other version', { ...signed(aNotification()), SignatureVersion: '1' as const }],
    ['another key', signed(aNotification(), testOnlyForeignKeyPem)],
    ['no signature', aNotification({ Signature: 'AAAA' })],
  ])('%s', async (_name, message) => {
    expect(await verify(message)).toMatchObject({ kind: 'refused', reason: 'bad_signature' });
  });
});

describe('refused before any certificate is asked for', () => {
  test('signature version 1 where 2 is asked for, and not version 2', async () => {
    const lowestVersion = '2' as const;
    expect(await verify(signed(aNotification({ SignatureVersion: '1' })), { lowestVersion })).toEqual({
      kind: 'refused',
      reason: 'old_signature_version',
      asked: [],
    });
    const newer = signed(aNotification({ SignatureVersion: '2' }));
    expect(await verify(newer, { lowestVersion })).toMatchObject({ kind: 'verified' });
  });

  test('a topic that is not on the list', async () => {
    const message = signed(aNotification({ TopicArn: `${aTopic}2` }));
    expect(await verify(message)).toEqual({ kind: 'refused', reason: 'unknown_topic', asked: [] });
  });

  test('a listed topic that is no ARN', async () => {
    const message = signed(aNotification({ TopicArn: 'arn:aws:sns:evil.example/:1:t' }));
    expect(await verify(message, { allowedTopicArns: [message.TopicArn] })).toEqual({
      kind: 'refused',
      reason: 'malformed_topic',
      asked: [],
    });
  });

  test.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-a.pem',
    'https://evil.example/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com:443/SimpleNotificationService-a.pem',
    'https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem?x=1',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem#x',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a/../b.pem',
    'https://sns.eu-west-1.amazonaws.com/other/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com/?Action=x&/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-a.pem',
    'https://bucket.s3.amazonaws.com/SimpleNotificationService-a.pem',
    'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem\n',
  ])('the certificate of %j', async (SigningCertURL) => {
    expect(await verify(signed(aNotification({ SigningCertURL })))).toEqual({
      kind: 'refused',
      reason: 'untrusted_certificate_url',
      asked: [],
    });
  });

  test.each([
    ['an hour and a second old', 3_601_000, 'stale'],
    ['ten minutes in the future', -600_000, 'from_the_future'],
  ])('a message %s', async (_name, ageMs, reason) => {
    const now = () => new Date(Date.parse(signedAt) + ageMs);
    expect(await verify(signed(aNotification()), { now })).toEqual({
      kind: 'refused',
      reason,
      asked: [],
    });
  });
});

test('a longer age may be allowed', async () => {
  const now = () => new Date(Date.parse(signedAt) + 7_200_000);
  expect(await verify(signed(aNotification()), { now, maxAgeMs: 7_200_000 })).toMatchObject({
    kind: 'verified',
  });
});

test('a certificate that cannot be had is a reason of its own', async () => {
  const certificates = { keyOf: () => Promise.reject(new Error('down')), believe: () => undefined };
  expect(await verify(signed(aNotification()), { certificates })).toMatchObject({
    kind: 'refused',
    reason: 'certificate_unavailable',
  });
});

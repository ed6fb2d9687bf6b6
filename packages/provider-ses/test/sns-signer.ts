import { createSign } from 'node:crypto';
import { canonicalString, type SnsMessage } from '../src/events/sns-message.ts';
import { testOnlyKeyPem } from './test-only-certificate.ts';

export const aTopic = 'arn:aws:sns:eu-west-1:123456789012:ses-events';
export const certificateUrl =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem';
export const signedAt = '2025-05-02T00:54:06.655Z';

/** A notification as SNS sends it, unsigned, with overrides. */
export function aNotification(overrides: Partial<Extract<SnsMessage, { Type: 'Notification' }>> = {}) {
  return {
    Type: 'Notification' as const,
    MessageId: 'da41e39f-ea4d-435a-b922-c6aae3915ebe',
    TopicArn: aTopic,
    Subject: 'Amazon SES Email Event Notification',
    Message: '{"a":"b"}',
    Timestamp: signedAt,
    SignatureVersion: '2' as const,
    Signature: 'AAAA',
    SigningCertURL: certificateUrl,
    ...overrides,
  };
}

/** A subscription confirmation as SNS sends it, unsigned. */
export function aConfirmation() {
  const { Subject: _, ...rest } = aNotification();
  return {
    ...rest,
    Type: 'SubscriptionConfirmation' as const,
    Token: '2336412f37fb687f5d51e6e2425929f52bfd9aa8',
    SubscribeURL: 'http://169.254.169.254/latest/meta-data',
  };
}

/** The message with the signature that the test-only key makes of it. */
export function signed<T extends SnsMessage>(message: T, keyPem = testOnlyKeyPem): T {
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(algorithm).update(canonicalString(message)).sign(keyPem, 'base64');
  return { ...message, Signature: signature };
}

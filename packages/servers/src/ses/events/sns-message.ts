import { createSign, randomBytes, randomUUID } from 'node:crypto';
import { snsTestPrivateKeyPem } from './test-certificate.ts';

/** How SNS signs: version 1 is SHA1 with RSA, version 2 is SHA256 with RSA. */
export type SnsSignatureVersion = '1' | '2';

/** The topic that messages come from and the key they are signed with (the test key unless told). */
export type SnsSender = {
  readonly topicArn: string;
  readonly privateKeyPem?: string;
  readonly signatureVersion?: SnsSignatureVersion;
  /** Where the message says that its certificate is; a path of SNS in the topic's region unless told. */
  readonly signingCertUrl?: string;
  /** When the message says that it was posted; now unless told. */
  readonly postedAt?: Date;
};

/** The JSON that SNS posts, by the names it uses. */
export type SnsMessage = Readonly<Record<string, string>>;

/** A signed `Notification` that carries `message` as its text. */
export function snsNotification(sender: SnsSender, message: string): SnsMessage {
  return sign(sender, {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: sender.topicArn,
    Message: message,
    Timestamp: (sender.postedAt ?? new Date()).toISOString(),
    UnsubscribeURL: `${endpointOf(sender)}/?Action=Unsubscribe&SubscriptionArn=${sender.topicArn}:${randomUUID()}`,
  });
}

/** A signed `SubscriptionConfirmation`; its token and `SubscribeURL` are made up. */
export function snsSubscriptionConfirmation(sender: SnsSender): SnsMessage {
  const token = randomBytes(64).toString('hex');
  return sign(sender, {
    Type: 'SubscriptionConfirmation',
    MessageId: randomUUID(),
    Token: token,
    TopicArn: sender.topicArn,
    Message: `You have chosen to subscribe to the topic ${sender.topicArn}.`,
    SubscribeURL: `${endpointOf(sender)}/?Action=ConfirmSubscription&TopicArn=${sender.topicArn}&Token=${token}`,
    Timestamp: new Date().toISOString(),
  });
}

/** The text that SNS signs: the message's own fields in the order that its documentation gives. */
export function snsStringToSign(message: SnsMessage): string {
  const fields =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  return fields
    .filter((field) => message[field] !== undefined)
    .map((field) => `${field}\n${message[field]}\n`)
    .join('');
}

function sign(sender: SnsSender, message: SnsMessage): SnsMessage {
  const version = sender.signatureVersion ?? '2';
  const signature = createSign(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1')
    .update(snsStringToSign(message), 'utf8')
    .sign(sender.privateKeyPem ?? snsTestPrivateKeyPem, 'base64');
  return {
    ...message,
    SignatureVersion: version,
    Signature: signature,
    SigningCertURL:
      sender.signingCertUrl ?? `${endpointOf(sender)}/SimpleNotificationService-0000000000000000.pem`,
  };
}

function endpointOf({ topicArn }: SnsSender): string {
  return `https://sns.${topicArn.split(':')[3]}.amazonaws.com`;
}

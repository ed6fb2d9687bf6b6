import * as z from 'zod';

const short = z.string().min(1).max(2_048);
const signed = {
  MessageId: z.string().min(1).max(256),
  TopicArn: z.string().min(1).max(512),
  /** SNS holds messages to 256 KiB; JSON may write one character with six. */
  Message: z.string().max(2 * 1024 * 1024),
  Timestamp: z.iso.datetime({ offset: true }),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.base64().min(1).max(4_096),
  SigningCertURL: short,
};
const confirmation = { ...signed, Token: z.string().regex(/^[A-Za-z0-9]{1,1024}$/), SubscribeURL: short };

// Unknown keys are dropped on purpose: SNS adds some (MessageAttributes, UnsubscribeURL), unsigned.
const snsMessageSchema = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Notification'), ...signed, Subject: z.string().max(1_024).nullish() }),
  z.object({ Type: z.literal('SubscriptionConfirmation'), ...confirmation }),
  z.object({ Type: z.literal('UnsubscribeConfirmation'), ...confirmation }),
]);

/** What SNS posts to an HTTP endpoint: only the signed fields, and those that carry the signature. */
export type SnsMessage = z.infer<typeof snsMessageSchema>;

/** The message, or why the body is none; the reason names fields, never their contents. */
export type ParsedSnsMessage =
  | { readonly kind: 'message'; readonly message: SnsMessage }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Parses the body that SNS posts, as `text/plain`, to an HTTP endpoint (SNS developer guide, message formats). */
export function parseSnsMessage(body: string): ParsedSnsMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { kind: 'malformed', reason: 'The body is not JSON.' };
  }
  const parsed = snsMessageSchema.safeParse(json);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  return { kind: 'malformed', reason: `Not an SNS message: ${fields}` };
}

/** The string that SNS signs (SNS developer guide, "Verifying the signatures of Amazon SNS messages"). */
export function canonicalString(message: SnsMessage): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const fields: [string, string | null | undefined][] =
    message.Type === 'Notification'
      ? [
          ['Message', Message],
          ['MessageId', MessageId],
          ['Subject', message.Subject],
          ['Timestamp', Timestamp],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ]
      : [
          ['Message', Message],
          ['MessageId', MessageId],
          ['SubscribeURL', message.SubscribeURL],
          ['Timestamp', Timestamp],
          ['Token', message.Token],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ];
  return fields
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

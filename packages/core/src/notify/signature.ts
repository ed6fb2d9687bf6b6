import { createHmac, randomBytes } from 'node:crypto';

/** What a secret begins with, as Standard Webhooks has it. */
const secretPrefix = 'whsec_';

/** A new secret: 256 random bits. */
export const newWebhookSecret = (): string => `${secretPrefix}${randomBytes(32).toString('base64')}`;

/** What a receiver knows a notice by, each time it comes. */
export const webhookIdOf = (noticeId: string): string => `msg_${noticeId}`;

const signatureOf = (secret: string, signed: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(secretPrefix.length), 'base64'))
    .update(signed)
    .digest('base64')}`;

/** What is signed: one message at one moment, with each secret that holds now. */
export type Signable = {
  readonly id: string;
  readonly atMs: number;
  readonly body: string;
  readonly secrets: readonly string[];
};

/**
 * The headers of Standard Webhooks 1.0, and the same under the names of Svix, which receivers written for Resend read. Each
 * secret signs: a receiver takes the message if one of the signatures is right.
 */
export function signatureHeaders({ id, atMs, body, secrets }: Signable): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1_000));
  const signature = secrets.map((secret) => signatureOf(secret, `${id}.${timestamp}.${body}`)).join(' ');
  const headers = { id, timestamp, signature };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => [
      [`webhook-${name}`, value],
      [`svix-${name}`, value],
    ]),
  );
}

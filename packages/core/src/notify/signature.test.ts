import { expect, test } from '@jest/globals';
import { Resend } from 'resend';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, signatureHeaders, webhookIdOf } from './signature.ts';

const body = JSON.stringify({ type: 'email.sent', data: { subject: 'Grüße, 漢字' } });
const id = webhookIdOf('0199aaaa-0000-7000-8000-000000000001');

const signed = (...secrets: readonly string[]) => signatureHeaders({ id, atMs: Date.now(), body, secrets });

/** As `resend` wants them: out of the headers of Svix. */
const resendHeaders = (headers: Readonly<Record<string, string>>) => ({
  id: headers['svix-id'] ?? '',
  timestamp: headers['svix-timestamp'] ?? '',
  signature: headers['svix-signature'] ?? '',
});

test('standardwebhooks takes what is signed, and nothing that was changed', () => {
  const secret = newWebhookSecret();
  const headers = signed(secret);
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
  expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg_other' })).toThrow();
  expect(() => new Webhook(newWebhookSecret()).verify(body, headers)).toThrow();
});

test('the verification of resend takes it too', () => {
  const secret = newWebhookSecret();
  const { webhooks } = new Resend('re_test');
  const verify = (payload: string) =>
    webhooks.verify({ payload, headers: resendHeaders(signed(secret)), webhookSecret: secret });
  expect(verify(body)).toEqual(JSON.parse(body));
  expect(() => verify(`${body} `)).toThrow();
});

test('while a secret is changed, a receiver that has either takes what is signed', () => {
  const [before, after, other] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()];
  const headers = signed(after, before);
  for (const secret of [before, after]) {
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  }
  expect(() => new Webhook(other).verify(body, headers)).toThrow();
});

test('a secret is 32 random bytes, and no two are the same', () => {
  const secrets = [newWebhookSecret(), newWebhookSecret()];
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  }
  expect(new Set(secrets).size).toBe(2);
});

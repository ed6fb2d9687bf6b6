import { createVerify, randomUUID, X509Certificate } from 'node:crypto';
import { newId } from '@postroom/core';
import { snsNotification, snsStringToSign, snsTestCertificatePem } from '@postroom/servers';
import pg from 'pg';
import * as z from 'zod';
import { type Floor, floorInTurn } from './floor.ts';

const settingsSchema = z.object({ databaseUrl: z.string() });
const notificationSchema = z.record(z.string(), z.string());

const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-bench';
const key = new X509Certificate(snsTestCertificatePem).publicKey;

const statement = `
  INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
  SELECT id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at
  FROM jsonb_to_recordset($1) AS e(id uuid, workspace_id uuid, send_id uuid, type "EmailEventType", source_id text,
    provider_message_id text, detail jsonb, occurred_at timestamptz)
  ON CONFLICT (send_id, source_id) DO NOTHING`;

const detail = { smtpResponse: '250 2.6.0 Message received', processingTimeMillis: '412', attempt: 1 };

/** A row as an event of SES makes it, in a notification as SNS signs it. */
function makeNotification(): string {
  const row = {
    id: newId(),
    workspace_id: newId(),
    send_id: newId(),
    type: 'delivery',
    source_id: `delivery:${randomUUID()}${randomUUID()}`,
    provider_message_id: randomUUID(),
    detail,
    occurred_at: new Date(),
  };
  // As long as the events of SES are.
  return JSON.stringify(snsNotification({ topicArn }, JSON.stringify({ row, rest: 'x'.repeat(1_200) })));
}

/** What an INSERT takes of a notification, once it is believed. */
function rowOf(body: string): unknown {
  const message = notificationSchema.parse(JSON.parse(body));
  const isSigned = createVerify('RSA-SHA256')
    .update(snsStringToSign(message), 'utf8')
    .verify(key, message.Signature ?? '', 'base64');
  if (!isSigned) throw new Error('A notification is not signed.');
  return z.object({ row: z.unknown() }).parse(JSON.parse(message.Message ?? '')).row;
}

/** Signatures checked one by one, and one statement per call through `pg` alone, into a table like that of the events. */
export async function openVerifyAndInsert(settings: unknown): Promise<Floor> {
  const { databaseUrl } = settingsSchema.parse(settings);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return floorInTurn(
    (count) => Array.from({ length: count }, makeNotification),
    (bodies) =>
      client.query({ name: 'insert', text: statement, values: [JSON.stringify(bodies.map(rowOf))] }),
  );
}

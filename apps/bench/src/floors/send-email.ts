import { randomUUID } from 'node:crypto';
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import Handlebars from 'handlebars';
import { z } from 'zod';
import { template, variablesFrom } from '../load/content.ts';
import type { Floor } from './floor.ts';

const settingsSchema = z.object({ sesUrl: z.url(), concurrency: z.int().positive() });

const charset = 'UTF-8';
const html = Handlebars.compile(template.html)(variablesFrom(1)());

/** The request that the worker makes of one send. */
function makeInput(): SendEmailCommandInput {
  const sendId = `floor-${randomUUID()}`;
  return {
    FromEmailAddress: 'Acme <orders@acme.example.com>',
    Destination: { ToAddresses: ['known-1@recipients.example.com'], CcAddresses: [], BccAddresses: [] },
    EmailTags: [
      { Name: 'postroom-send-id', Value: sendId },
      { Name: 'postroom-attempt', Value: '1' },
    ],
    Content: {
      Simple: {
        Subject: { Data: 'Your order A-12345678 at Acme & Sons', Charset: charset },
        Body: { Html: { Data: html, Charset: charset } },
        Headers: [{ Name: 'X-Postroom-Send-Id', Value: sendId }],
      },
    },
  };
}

/** SendEmail by the AWS SDK as it comes (keep-alive is its default), each call once. */
export function openSendEmail(settings: unknown): Floor {
  const { sesUrl, concurrency } = settingsSchema.parse(settings);
  const client = new SESv2Client({ endpoint: sesUrl, maxAttempts: 1 });
  let left = 0;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await client.send(new SendEmailCommand(makeInput()));
    }
  };
  return {
    prepare: ({ calls, emailsPerCall }) => {
      left = calls * emailsPerCall;
    },
    run: async () => {
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: concurrency }, lane));
      return { seconds: (performance.now() - startedAt) / 1000, latenciesMs: [] };
    },
  };
}

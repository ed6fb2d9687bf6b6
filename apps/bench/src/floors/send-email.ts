import { randomUUID } from 'node:crypto';
import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import Handlebars from 'handlebars';
import { template, variablesFrom } from '../load/content.ts';
import type { Floor } from './floor.ts';
import { inLanes, lanesSchema } from './lanes.ts';

const charset = 'UTF-8';
const html = Handlebars.compile(template.html)(variablesFrom(1)());

/** The request that the worker makes of one send. */
export function makeInput(): SendEmailCommandInput {
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
  const { sesUrl, concurrency } = lanesSchema.parse(settings);
  const client = new SESv2Client({ endpoint: sesUrl, maxAttempts: 1 });
  return inLanes(concurrency, () => client.send(new SendEmailCommand(makeInput())));
}

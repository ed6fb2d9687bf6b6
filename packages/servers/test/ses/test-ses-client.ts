import { SESv2Client, type SESv2ClientConfig, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The real client of AWS, for tests: one attempt, and a minute for each call unless told. */
export function sesClient(url: string, config: SESv2ClientConfig & { timeoutMs?: number } = {}): SESv2Client {
  const { timeoutMs = 60_000, ...rest } = config;
  return new SESv2Client({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: new NodeHttpHandler({ requestTimeout: timeoutMs, throwOnRequestTimeout: true }),
    ...rest,
  });
}

/** A small message to one recipient; overrides replace whole parts. */
export function sendInput(overrides: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput {
  return {
    FromEmailAddress: '"Acme" <hello@acme.example>',
    Destination: { ToAddresses: ['zoe@example.com'] },
    Content: {
      Simple: {
        Subject: { Data: 'Hello Zoë' },
        Body: { Html: { Data: '<p>Hello</p>' }, Text: { Data: 'Hello' } },
        Headers: [{ Name: 'X-Postroom-Send-Id', Value: 'send_1' }],
      },
    },
    EmailTags: [
      { Name: 'postroom-send-id', Value: 'send_1' },
      { Name: 'postroom-attempt', Value: '2' },
    ],
    ...overrides,
  };
}

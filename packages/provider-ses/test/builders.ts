import type { OutgoingMessage } from '@postroom/core';
import { createSesClient, createSesProvider, type SesClientOptions, type SesProvider } from '../src/index.ts';

/** A small message that SES would take, with overrides. */
export function aMessage(overrides: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    sendId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    attempt: 1,
    from: { email: 'news@sender.example', name: 'News' },
    replyTo: null,
    to: [{ email: 'reader@recipient.example', name: null }],
    cc: [],
    bcc: [],
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    headers: [],
    attachments: [],
    configurationSet: null,
    ...overrides,
  };
}

/** A provider against a local endpoint, with time-outs that suit a test. */
export function aProvider(endpoint: string, overrides: Partial<SesClientOptions> = {}): SesProvider {
  return createSesProvider(
    createSesClient({
      region: 'us-east-1',
      endpoint,
      maxSockets: 4,
      requestTimeoutMs: 5_000,
      connectTimeoutMs: 5_000,
      credentials: { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'test' },
      ...overrides,
    }),
  );
}

import { afterEach, expect, test } from '@jest/globals';
import { readSmtpMessage } from '@postroom/contracts';
import type { OutgoingMessage } from '@postroom/core';
import { longestTurn } from '@postroom/testkit';
import type { SesProvider } from '../../src/index.ts';
import { toSendEmailInput } from '../../src/send/send-email-input.ts';
import { aMessage, aProvider } from '../builders.ts';
import { type LocalServer, serveTcp } from '../local-server.ts';

/** As many characters as a text may have, and as many bytes as files. */
const maxText = 5 * 1024 * 1024;
const maxFile = 7 * 1024 * 1024;

const filled = (unit: string) => unit.repeat(Math.floor(maxText / unit.length));
const logo = {
  filename: 'logo.png',
  content: new Uint8Array([1]),
  contentType: 'image/png',
  contentId: 'logo',
};
const letter = {
  filename: 'a.eml',
  content: new Uint8Array(Buffer.alloc(maxFile, '\n')),
  contentType: 'message/rfc822',
  contentId: null,
};
const file = {
  filename: 'a.pdf',
  content: new Uint8Array(maxFile - 1),
  contentType: 'application/pdf',
  contentId: null,
};

/** A message that came in MIME form, whose html is another now. */
function changed(html: string): Partial<OutgoingMessage> {
  const raw = 'From: a@sender.example\r\nTo: b@recipient.example\r\nContent-Type: text/html\r\n\r\nHi\r\n';
  const read = readSmtpMessage(Buffer.from(raw), { from: '', recipients: ['b@recipient.example'] });
  if (read.kind === 'bad' || read.send.kind !== 'email' || read.send.mime === undefined) {
    throw new Error('it has no message');
  }
  return { html, text: null, mime: { ...read.send.mime, fromName: null } };
}

const messages: readonly (readonly [string, () => Partial<OutgoingMessage>])[] = [
  ['letters and others', () => ({ html: filled('ab漢'), text: filled('ab漢'), attachments: [logo] })],
  ['short lines of both', () => ({ html: filled('ab漢\n'), text: null, attachments: [logo] })],
  ['empty lines', () => ({ html: filled('\n'), text: filled('\r'), attachments: [logo] })],
  ['spaces', () => ({ html: filled(' '), text: null, attachments: [logo] })],
  ['nothing but others', () => ({ html: filled('漢'), text: filled('漢'), attachments: [logo] })],
  ['a message of empty lines as a file', () => ({ attachments: [letter] })],
  ['empty lines in what came in MIME form', () => changed(filled('\n'))],
];

test.each(messages)('putting a message together holds the loop for no 200 ms: %s', async (_what, make) => {
  const message = aMessage(make());
  const { leastMs, mostMs } = await longestTurn(async () => {
    expect(await toSendEmailInput(message)).toMatchObject({ kind: 'ready' });
  });
  expect(leastMs).toBeLessThan(mostMs);
});

let server: LocalServer | undefined;
let provider: SesProvider | undefined;

afterEach(async () => {
  provider?.close();
  await server?.close();
});

/** Answers as SES does, once it has been sent as much as was announced. */
const serveSes = () =>
  serveTcp((socket) => {
    let left = -1;
    socket.on('data', (chunk: Buffer) => {
      if (left < 0) {
        const head = chunk.indexOf('\r\n\r\n') + 4;
        left = head + Number(/content-length: (\d+)/i.exec(chunk.toString('latin1', 0, head))?.[1]);
      }
      left -= chunk.length;
      const body = '{"MessageId":"1"}';
      const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
      if (left > 0) return;
      left = -1;
      socket.write(answer);
    });
  });

test.each<[string, Partial<OutgoingMessage>]>([
  ['raw', { html: filled('ab漢'), text: filled('ab漢'), attachments: [logo, file] }],
  ['simple', { html: filled('\u0001'), text: filled('\u0001'), attachments: [file] }],
])('giving a message to SES holds the loop for no 200 ms: %s', async (_what, overrides) => {
  server = await serveSes();
  // How long it takes by the clock says how busy the machine is.
  provider = aProvider(`http://127.0.0.1:${server.port}`, { requestTimeoutMs: 120_000 });
  const { send } = provider;
  const message = aMessage(overrides);
  const { leastMs, mostMs } = await longestTurn(async () => {
    expect(await send(message)).toMatchObject({ kind: 'accepted' });
  });
  expect(leastMs).toBeLessThan(mostMs);
});

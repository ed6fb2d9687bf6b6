import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, snsTestCertificatePem, snsTestPrivateKeyPem } from '@postroom/servers';
import {
  eventually,
  metricsTrouble,
  RawSmtp,
  serverCertificate,
  serverKey,
  startTcpProxy,
} from '@postroom/testkit';
import { createTransport } from 'nodemailer';
import { aMessage, bring } from './raw-client.ts';
import { idIn, type SmtpStack, sentOf, startSmtpStack } from './smtp-stack.ts';

let smtp: SmtpStack;
let dir: string;

beforeAll(async () => {
  smtp = await startSmtpStack({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: '300' });
  dir = await mkdtemp(join(tmpdir(), 'postroom-smtp-'));
});

afterAll(async () => {
  await smtp.stop();
  await rm(dir, { recursive: true, force: true });
});

const count = () => smtp.stack.database.count('SELECT count(*) FROM email_sends');

/** The name that the certificate of a port has. */
function certifiedFor(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('200 connections that do nothing, or next to nothing, keep nobody from sending', async () => {
  const { stack, port } = smtp;
  const hostile = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const client = await RawSmtp.greet(port, at % 2 === 0 ? null : stack.key, `127.0.1.${1 + (at % 50)}`);
      if (at % 4 === 1) {
        for (const line of ['MAIL FROM:<hello@acme.test>', 'RCPT TO:<x@b.test>', 'DATA'])
          await client.say(line);
        client.write('From: hello@acme.test\r\nSubject: never');
      }
      return client;
    }),
  );
  for (let at = 0; at < 5; at += 1) {
    const client = await RawSmtp.greet(port, stack.key);
    await sentOf(stack, idIn(await bring(client, aMessage({ Subject: `Number ${at}` }))));
    client.end();
  }
  // What the dashboard shows.
  await eventually(async () =>
    expect(await stack.redisCommand('HVALS', 'postroom:smtp')).toMatch(
      /"connections":20\d,"taken":5,"refused":0/,
    ),
  );
  for (const client of hostile) client.end();
  await eventually(async () => expect(await count()).toBe(5));
});

test('whoever guesses keys is sent away, and a right one is taken from the same address', async () => {
  const { stack, port } = smtp;
  const wrong = `AUTH PLAIN ${Buffer.from(`\0x\0sk_live_${'w'.repeat(32)}`).toString('base64')}`;
  const answers: string[] = [];
  for (let at = 0; at < 8; at += 1) {
    const client = await RawSmtp.greet(port, null, '127.0.2.1');
    for (let tries = 0; tries < 3 && !client.isClosed; tries += 1) answers.push(await client.say(wrong));
    client.end();
  }
  expect(answers.filter((answer) => answer.startsWith('535')).length).toBeLessThan(20);
  const guesser = await RawSmtp.greet(port, null, '127.0.2.1');
  expect(await guesser.say(wrong)).toMatch(/^421 4\.7\.0 Too many wrong keys from this address/);
  const right = `AUTH PLAIN ${Buffer.from(`\0x\0${stack.key}`).toString('base64')}`;
  const other = await RawSmtp.greet(port, null, '127.0.2.1');
  expect(await other.say(right)).toMatch(/^235/);
  other.end();
});

test('while PostgreSQL is away the answer is 451, and the repeat is one send', async () => {
  const { stack } = smtp;
  const { hostname, port: databasePort } = new URL(stack.databaseUrl);
  const proxy = await startTcpProxy({ target: { host: hostname, port: Number(databasePort) } });
  const url = new URL(stack.databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const port = await freePort();
  const process = await stack.startSmtp(port, { DATABASE_URL: url.href });
  const before = await count();
  const client = await RawSmtp.greet(port, stack.key);
  const message = aMessage({ 'Message-ID': '<away@acme.test>' });
  await proxy.refuse();
  proxy.resetAll();
  expect(await bring(client, message)).toMatch(/^451 4\.3\.0/);
  await proxy.listen();
  const again = await eventually(async () => {
    const answer = await bring(client, message);
    if (!answer.startsWith('250')) throw new Error(answer);
    return answer;
  });
  expect(idIn(await bring(client, message))).toBe(idIn(again));
  client.end();
  expect(await count()).toBe(before + 1);
  await process.stop();
  await proxy.stop();
});

test('told to stop it says 421 to those who wait, and takes what is in hand', async () => {
  const { stack } = smtp;
  const port = await freePort();
  const process = await stack.startSmtp(port);
  const idle = await RawSmtp.greet(port, stack.key);
  const busy = await RawSmtp.greet(port, stack.key);
  for (const line of ['MAIL FROM:<hello@acme.test>', 'RCPT TO:<jane@b.test>', 'DATA']) await busy.say(line);
  busy.write(`${aMessage({ Subject: 'In hand' })}\r\n`);
  await eventually(async () => expect(process.isRunning()).toBe(true));
  process.kill('SIGTERM');
  expect(await idle.hear()).toMatch(/^421/);
  busy.write('.\r\n');
  const id = idIn(await busy.hear());
  expect(await busy.say('NOOP')).toMatch(/^421|closed/);
  expect(await process.exited).toMatchObject({ code: 0 });
  await sentOf(stack, id);
});

test('with a certificate there is STARTTLS and TLS, no key without, and a renewed one is taken', async () => {
  const { stack } = smtp;
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  await writeFile(files.cert, serverCertificate);
  await writeFile(files.key, serverKey);
  const [port, securePort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const process = await stack.startSmtp(port, {
    SMTPS_PORT: String(securePort),
    SMTP_TLS_CERT_FILE: files.cert,
    SMTP_TLS_KEY_FILE: files.key,
    SMTP_AUTH_WITHOUT_TLS: 'never',
    SMTP_METRICS_PORT: String(metricsPort),
  });
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const endsAt = async () => {
    const text = await metrics();
    return Number(/^postroom_smtp_certificate_ends_seconds(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) * 1_000;
  };
  expect(await endsAt()).toBe(Date.parse(new X509Certificate(serverCertificate).validTo));
  const clear = await RawSmtp.open(port);
  await clear.hear();
  expect(await clear.say('EHLO x')).toMatch(/STARTTLS/);
  expect(await clear.say('EHLO x')).not.toMatch(/AUTH/);
  expect(await clear.say('AUTH PLAIN AHgAeA==')).toMatch(/^500/);
  expect(await clear.say('MAIL FROM:<hello@acme.test>')).toMatch(/^530 5\.7\.0 STARTTLS first/);
  clear.end();
  const auth = { user: 'x', pass: stack.key };
  const mail = { from: 'hello@acme.test', to: 'jane@b.test', subject: 'Hi', text: 'Hello' };
  for (const how of [
    { port, requireTLS: true },
    { port: securePort, secure: true },
  ]) {
    const transport = createTransport({
      host: '127.0.0.1',
      auth,
      tls: { rejectUnauthorized: false },
      ...how,
    });
    await sentOf(stack, idIn((await transport.sendMail(mail)).response));
  }
  expect(await metricsTrouble(await metrics())).toBe('');
  const first = await certifiedFor(securePort);
  await writeFile(files.key, 'not a key');
  await process.waitForLine(/smtp_certificate_bad/);
  expect(await certifiedFor(securePort)).toBe(first);
  await writeFile(files.cert, snsTestCertificatePem);
  await writeFile(files.key, snsTestPrivateKeyPem);
  await eventually(async () => expect(await certifiedFor(securePort)).not.toBe(first));
  expect(await endsAt()).toBe(Date.parse(new X509Certificate(snsTestCertificatePem).validTo));
  await process.stop();
});

test('a proxy that is trusted says where a client is, one that is not nothing, and a wrong REDIS_URL is told', async () => {
  const { stack } = smtp;
  const port = await freePort();
  const process = await stack.startSmtp(port, {
    SMTP_PROXY_PROTOCOL_FROM: '127.0.0.1',
    REDIS_URL: `${stack.redis().url}/99`,
  });
  expect(await process.waitForLine(/"redis_misconfigured"/)).toMatch(/"level":"error".*REDIS_URL/);
  const proxied = await RawSmtp.open(port);
  proxied.write('PROXY TCP4 203.0.113.7 198.51.100.1 5000 25\r\n');
  expect(await proxied.hear()).toMatch(/^220/);
  // Whoever is not on this machine is asked for no key in the clear.
  expect(await proxied.say('EHLO x')).not.toMatch(/AUTH|STARTTLS/);
  expect(await proxied.say('MAIL FROM:<hello@acme.test>')).toMatch(
    /^530 5\.7\.0 This server has no certificate, and takes keys from its own machine alone: SMTP_TLS_CERT_FILE/,
  );
  const without = await RawSmtp.open(port);
  without.write('EHLO x\r\n');
  expect(await without.hear()).toBe('closed');
  const stranger = await RawSmtp.open(port, { from: '127.0.0.3' });
  stranger.write('PROXY TCP4 203.0.113.7 198.51.100.1 5000 25\r\n');
  expect(await stranger.hear()).toMatch(/^421/);
  for (const client of [proxied, without, stranger]) client.end();
  await process.stop();
});

test('an address and a workspace have so many connections and a key brings so many messages, without TLS where that is allowed', async () => {
  const { stack } = smtp;
  const port = await freePort();
  const process = await stack.startSmtp(port, {
    SMTP_PROXY_PROTOCOL_FROM: '127.0.0.1',
    SMTP_AUTH_WITHOUT_TLS: 'always',
    SMTP_MAX_CONNECTIONS: '4',
    SMTP_MAX_CONNECTIONS_PER_ADDRESS: '2',
    RATE_LIMIT_REQUESTS: '2',
    RATE_LIMIT_WINDOW_SECONDS: '3600',
  });
  const from = async (address: string) => {
    const client = await RawSmtp.open(port);
    client.write(`PROXY TCP4 ${address} 198.51.100.1 5000 25\r\n`);
    return { client, greeting: await client.hear() };
  };
  const [first, second, third] = [
    await from('203.0.113.7'),
    await from('203.0.113.7'),
    await from('203.0.113.7'),
  ];
  const other = await from('203.0.113.8');
  expect([first, second, other].map(({ greeting }) => greeting.slice(0, 3))).toEqual(['220', '220', '220']);
  expect(third.greeting).toMatch(/^421 4\.7\.0 Too many connections/);
  const { client } = other;
  const auth = `AUTH PLAIN ${Buffer.from(`\0x\0${stack.key}`).toString('base64')}`;
  for (const [one, answer] of [
    [client, /^235/],
    [first.client, /^235/],
    [second.client, /^421 4\.7\.0 Too many connections of this workspace/],
  ] as const) {
    await one.say('EHLO x');
    expect(await one.say(auth)).toMatch(answer);
  }
  const answers: string[] = [];
  // One that could not be counted in time passes.
  while (answers.length < 20 && !answers.at(-1)?.startsWith('4'))
    answers.push(await bring(client, aMessage()));
  expect(answers.slice(0, 2)).toEqual([expect.stringMatching(/^250/), expect.stringMatching(/^250/)]);
  expect(answers.at(-1)).toMatch(/^451 4\.7\.1 This key brings too many messages/);
  for (const one of [first, second, third, other]) one.client.end();
  await process.stop();
});

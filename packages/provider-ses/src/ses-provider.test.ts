import { mock } from 'node:test';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ProviderOutcome } from '@postroom/core';
import { aMessage, aProvider } from '../test/builders.ts';
import { answerJson, type LocalServer, serveHttp, serveTcp } from '../test/local-server.ts';
import { testOnlyCertificatePem } from '../test/test-only-certificate.ts';
import type { SesClientOptions } from './index.ts';

const open: { close: () => void | Promise<void> }[] = [];
afterEach(async () => {
  mock.timers.reset();
  for (const one of open.splice(0).reverse()) await one.close();
});

function keep<T extends { close: () => void | Promise<void> }>(resource: T): T {
  open.push(resource);
  return resource;
}

async function sendTo(
  server: LocalServer,
  overrides: Partial<SesClientOptions> = {},
  signal?: AbortSignal,
): Promise<ProviderOutcome> {
  const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, overrides));
  return provider.send(aMessage(), undefined, { signal });
}

/** A server that answers nothing, and the moment at which it has read a request. */
async function arrivals() {
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return { arrival, server: keep(await serveHttp(() => arrive())) };
}

test('a message id makes the message accepted', async () => {
  const server = keep(await serveHttp(answerJson(200, { MessageId: '0100-abc' })));
  expect(await sendTo(server)).toEqual({ kind: 'accepted', providerMessageId: '0100-abc' });
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v2/email/outbound-emails' });
});

describe('admission', () => {
  /** Not open for so long; then admitted, or not. */
  const closedFor = (ms: number, isAdmitted = true) => {
    let isOpen = false;
    const reopen = async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      isOpen = isAdmitted;
      return isAdmitted;
    };
    return { isOpen: () => isOpen, reopen };
  };

  test('what is admitted again is written then, once', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`));
    let seenBefore = -1;
    const { isOpen, reopen } = closedFor(0);
    const waiting = async () => {
      const isAdmitted = await reopen();
      seenBefore = server.requests.length;
      return isAdmitted;
    };
    expect(await provider.send(aMessage(), { isOpen, reopen: waiting })).toMatchObject({ kind: 'accepted' });
    expect({ seenBefore, seen: server.requests.length }).toEqual({ seenBefore: 0, seen: 1 });
  });

  test('what is not admitted again is never written', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, { maxSockets: 1 }));
    expect(await provider.send(aMessage(), closedFor(0, false))).toMatchObject({ kind: 'unreachable' });
    expect(await provider.send(aMessage({ attempt: 2 }))).toMatchObject({ kind: 'accepted' });
    expect(server.requests.map(({ body }) => JSON.parse(body).EmailTags[1].Value)).toEqual(['2']);
  });

  test('an admission that fails ends the call unwritten', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`));
    const reopen = () => Promise.reject(new Error('no permit'));
    expect(await provider.send(aMessage(), { isOpen: () => false, reopen })).toMatchObject({
      kind: 'unreachable',
      error: { message: 'no permit' },
    });
    expect(server.requests).toHaveLength(0);
  });

  test('the time that a call waits to be admitted again does not count, and its deadline begins anew then', async () => {
    const timeoutMs = 1_500;
    const server = keep(
      await serveHttp((response, request) => {
        setTimeout(() => answerJson(200, { MessageId: 'm' })(response, request), timeoutMs / 2);
      }),
    );
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, { requestTimeoutMs: timeoutMs }));
    expect(await provider.send(aMessage(), closedFor(timeoutMs * 1.2))).toMatchObject({ kind: 'accepted' });
  });

  test('a call that is aborted while it waits is over at once, and not written later', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, { maxSockets: 1 }));
    const controller = new AbortController();
    const { isOpen, reopen } = closedFor(0);
    const outcome = provider.send(
      aMessage(),
      {
        isOpen,
        reopen: () => {
          controller.abort();
          return reopen();
        },
      },
      { signal: controller.signal },
    );
    expect(await outcome).toMatchObject({ kind: 'unreachable' });
    await reopen();
    expect(await provider.send(aMessage({ attempt: 2 }))).toMatchObject({ kind: 'accepted' });
    expect(server.requests).toHaveLength(1);
  });
});

test('one connection carries one message after the other', async () => {
  const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
  const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, { maxSockets: 1 }));
  await Promise.all([provider.send(aMessage()), provider.send(aMessage()), provider.send(aMessage())]);
  await provider.send(aMessage());
  expect(server.requests).toHaveLength(4);
  expect(new Set(server.requests.map((request) => request.socket)).size).toBe(1);
});

test('many messages at once each get their own answer', async () => {
  const server = keep(
    await serveHttp((response, request) => {
      answerJson(200, { MessageId: JSON.parse(request.body).EmailTags[1].Value })(response, request);
    }),
  );
  const provider = keep(aProvider(`http://127.0.0.1:${server.port}`));
  const attempts = Array.from({ length: 50 }, (_, i) => i + 1);
  const outcomes = await Promise.all(attempts.map((attempt) => provider.send(aMessage({ attempt }))));
  expect(outcomes).toEqual(
    attempts.map((attempt) => ({ kind: 'accepted', providerMessageId: String(attempt) })),
  );
});

describe('over https', () => {
  test('a trusted endpoint accepts, also on a connection that is used again', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' }), 'https'));
    const provider = keep(
      aProvider(`https://127.0.0.1:${server.port}`, { caPem: testOnlyCertificatePem, maxSockets: 1 }),
    );
    const outcomes = await Promise.all([provider.send(aMessage()), provider.send(aMessage())]);
    outcomes.push(await provider.send(aMessage()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(new Set(server.requests.map((request) => request.socket)).size).toBe(1);
  });

  test('a certificate that is not trusted is unreachable, and nothing was asked', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' }), 'https'));
    const provider = keep(aProvider(`https://127.0.0.1:${server.port}`));
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'unreachable' });
    expect(server.requests).toHaveLength(0);
  });

  test('a server that never ends the TLS handshake is unreachable', async () => {
    const server = keep(await serveTcp(() => {}));
    const provider = keep(aProvider(`https://127.0.0.1:${server.port}`, { connectTimeoutMs: 100 }));
    expect(await provider.send(aMessage())).toMatchObject({
      kind: 'unreachable',
      error: { code: 'ETIMEDOUT', httpStatus: null },
    });
  });

  test('a reset during the TLS handshake is unreachable', async () => {
    const server = keep(await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const provider = keep(aProvider(`https://127.0.0.1:${server.port}`));
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'unreachable' });
  });
});

describe('surely not sent', () => {
  test('a refused connection is unreachable', async () => {
    const server = await serveTcp(() => {});
    await server.close();
    expect(await sendTo(server)).toMatchObject({ kind: 'unreachable' });
  });

  test('a host without an address is unreachable', async () => {
    const provider = keep(aProvider('http://nowhere.invalid'));
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'unreachable' });
  });

  test('a call that got no connection before its time was over is unreachable', async () => {
    const { arrival, server } = await arrivals();
    const provider = keep(aProvider(`http://127.0.0.1:${server.port}`, { maxSockets: 1 }));
    const [one, other] = [new AbortController(), new AbortController()];
    const first = provider.send(aMessage(), undefined, { signal: one.signal });
    // From here on the only connection is not free before the first one's time is over.
    await arrival;
    const second = provider.send(aMessage(), undefined, { signal: other.signal });
    other.abort();
    expect(await second).toMatchObject({ kind: 'unreachable' });
    one.abort();
    expect(await first).toMatchObject({ kind: 'in_doubt' });
    expect(server.requests).toHaveLength(1);
  });

  test('a call aborted before it was written is unreachable, and nothing arrives later', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    expect(await sendTo(server, {}, AbortSignal.abort())).toMatchObject({ kind: 'unreachable' });
    const controller = new AbortController();
    const pending = sendTo(server, {}, controller.signal);
    controller.abort();
    expect(await pending).toMatchObject({ kind: 'unreachable' });
    expect(await sendTo(server)).toMatchObject({ kind: 'accepted' });
    expect(server.requests).toHaveLength(1);
  });

  test('a credential chain that finds nothing is refused credentials, and SES is not called', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const credentials = () =>
      Promise.reject(Object.assign(new Error('Could not load.'), { name: 'CredentialsProviderError' }));
    expect(await sendTo(server, { credentials })).toMatchObject({ kind: 'credentials_refused' });
    expect(server.requests).toHaveLength(0);
  });

  test('a credential chain that hangs ends at the deadline, and SES is not called', async () => {
    const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
    const credentials = () => new Promise<never>(() => {});
    expect(await sendTo(server, { credentials, requestTimeoutMs: 100 })).toMatchObject({
      kind: 'unreachable',
      error: { code: 'ETIMEDOUT' },
    });
    expect(server.requests).toHaveLength(0);
  });
});

describe('in doubt', () => {
  test.each([
    ['no body', ''],
    ['an empty object', '{}'],
    ['an empty message id', '{"MessageId":""}'],
    ['a message id that is a number', '{"MessageId":7}'],
    ['broken JSON', '{"MessageId":"abc'],
    ['a page', '<html>ok</html>'],
    ['null', 'null'],
    ['a bare string', '"abc"'],
  ])('200 with %s', async (_name, body) => {
    const server = keep(await serveHttp((response) => response.writeHead(200).end(body)));
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt', error: { httpStatus: 200 } });
    expect(server.requests).toHaveLength(1);
  });

  test.each([500, 502, 503, 504, 507, 599, 301, 307])('status %d, asked once', async (status) => {
    const server = keep(await serveHttp(answerJson(status, { message: 'Sorry' }, 'InternalFailure')));
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt', error: { httpStatus: status } });
    expect(server.requests).toHaveLength(1);
  });

  test('a reset after the request was read', async () => {
    const server = keep(await serveHttp((_response, { socket }) => socket.resetAndDestroy()));
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt', error: { httpStatus: null } });
    expect(server.requests).toHaveLength(1);
  });

  test('a connection closed without an answer', async () => {
    const server = keep(await serveHttp((_response, { socket }) => socket.destroy()));
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt' });
  });

  test('a reset as soon as the connection stands', async () => {
    const server = keep(await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy())));
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt' });
  });

  test('an answer cut in its body', async () => {
    const server = keep(
      await serveTcp((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"Message')),
      ),
    );
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt' });
  });

  test('an answer that is not HTTP', async () => {
    const server = keep(
      await serveTcp((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n'))),
    );
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt' });
  });

  test('an answer without an end', async () => {
    const server = keep(
      await serveHttp((response) => {
        response.writeHead(200);
        response.end(Buffer.alloc(2 * 1024 * 1024, ' '));
      }),
    );
    expect(await sendTo(server)).toMatchObject({ kind: 'in_doubt' });
  });

  test('a server that takes the request and hangs, ended at the deadline', async () => {
    const { arrival, server } = await arrivals();
    mock.timers.enable({ apis: ['setTimeout'] });
    const outcome = sendTo(server, { requestTimeoutMs: 200 });
    await arrival;
    mock.timers.tick(200);
    const error = { code: 'ETIMEDOUT', httpStatus: null };
    expect(await outcome).toMatchObject({ kind: 'in_doubt', error });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['its head', 'HTTP/1.1 200 OK\r\nx-slow: '],
    ['its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n'],
  ])('an answer that dribbles %s, ended at the deadline', async (_name, start) => {
    const server = keep(
      await serveTcp((socket) => {
        socket.once('data', () => {
          socket.write(start);
          const dribble = setInterval(() => socket.write('x'), 20);
          socket.on('close', () => clearInterval(dribble));
        });
      }),
    );
    expect(await sendTo(server, { requestTimeoutMs: 200 })).toMatchObject({ kind: 'in_doubt' });
  });

  test('a call aborted while SES had the request', async () => {
    const controller = new AbortController();
    const server = keep(await serveHttp(() => controller.abort()));
    expect(await sendTo(server, {}, controller.signal)).toMatchObject({ kind: 'in_doubt' });
  });
});

describe('SES says no', () => {
  test.each<[ProviderOutcome['kind'], number, string, string]>([
    ['throttled', 429, 'TooManyRequestsException', 'Too many'],
    ['throttled', 429, 'SomethingNew', 'Slow down'],
    ['throttled', 400, 'ThrottlingException', 'Rate exceeded'],
    ['throttled', 400, 'BadRequestException', 'Maximum sending rate exceeded.'],
    ['quota_spent', 429, 'TooManyRequestsException', 'Daily message quota exceeded.'],
    ['quota_spent', 400, 'LimitExceededException', 'Limit'],
    ['sending_paused', 400, 'SendingPausedException', 'Sending paused for this account.'],
    ['account_suspended', 400, 'AccountSuspendedException', 'Suspended'],
    ['sender_unverified', 400, 'MailFromDomainNotVerifiedException', 'Not verified'],
    ['rejected', 400, 'MessageRejected', 'Email address is not verified.'],
    ['rejected', 400, 'BadRequestException', "Missing final '@domain'"],
    ['rejected', 404, 'NotFoundException', 'Configuration set does not exist.'],
    ['rejected', 413, 'SomethingNew', 'Too large'],
    ['credentials_refused', 403, 'UnrecognizedClientException', 'The security token is invalid.'],
    ['credentials_refused', 403, 'SignatureDoesNotMatch', 'Signature not yet current'],
    ['credentials_refused', 403, 'InvalidSignatureException', 'Signature expired'],
    ['credentials_refused', 403, 'ExpiredTokenException', 'Expired'],
    ['credentials_refused', 400, 'ExpiredTokenException', 'Expired'],
    ['credentials_refused', 400, 'RequestExpired', 'Expired'],
    ['credentials_refused', 403, 'AccessDeniedException', 'Not authorized'],
    ['credentials_refused', 403, 'SomethingNew', 'No'],
  ])('%s: %d %s "%s"', async (kind, status, name, message) => {
    const server = keep(await serveHttp(answerJson(status, { message }, name)));
    expect(await sendTo(server)).toEqual({ kind, error: { code: name, message, httpStatus: status } });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[ProviderOutcome['kind'], number]>([
    ['rejected', 400],
    ['credentials_refused', 403],
    ['throttled', 429],
  ])('%s: a page with status %d', async (kind, status) => {
    const server = keep(await serveHttp((response) => response.writeHead(status).end('<html>no</html>')));
    expect(await sendTo(server)).toMatchObject({ kind, error: { httpStatus: status } });
  });

  test('its words are kept without the addresses in them', async () => {
    const message = 'Not verified in region EU-WEST-1: Jane Doe <jane@private.example>, jane@private.example';
    const server = keep(await serveHttp(answerJson(400, { message }, 'MessageRejected')));
    expect(await sendTo(server)).toMatchObject({
      error: { message: 'Not verified in region EU-WEST-1: Jane Doe <<address>>, <address>' },
    });
  });
});

test('a message that no request can carry is rejected here', async () => {
  const server = keep(await serveHttp(answerJson(200, { MessageId: 'm' })));
  const provider = keep(aProvider(`http://127.0.0.1:${server.port}`));
  const outcome = await provider.send(aMessage({ to: [{ email: 'jörg@recipient.example', name: null }] }));
  expect(outcome).toMatchObject({
    kind: 'rejected',
    error: { code: 'MessageNotSendable', httpStatus: null },
  });
  expect(server.requests).toHaveLength(0);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import type { SESv2ClientConfig } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutgoingAttachment, OutgoingMessage } from '@postroom/core';
import fc from 'fast-check';
import { aMessage } from '../../test/builders.ts';
import { credentials, expectTheSame, postsOf } from '../../test/sdk-request.ts';
import { type SendEmailRequest, toSendEmailInput } from '../send/send-email-input.ts';
import type { WireAnswer, WireRequest } from './ses-http-handler.ts';

async function inputOf(message: OutgoingMessage): Promise<SendEmailRequest> {
  const request = await toSendEmailInput(message);
  if (request.kind === 'refused') throw new Error(request.reason);
  return request.input;
}

const start = Date.UTC(2026, 0, 31, 23, 59, 58);
beforeEach(() => {
  mock.timers.enable({ apis: ['Date'], now: start });
});
afterEach(() => {
  mock.timers.reset();
});
const pass = (ms: number) => mock.timers.setTime(Date.now() + ms);

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const file: OutgoingAttachment = {
  filename: 'b.bin',
  content: bytes,
  contentType: 'application/octet-stream',
  contentId: null,
};
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `X-Header-${i}`, value: `${i}` }));

describe('the request is byte for byte the one of the SDK, with its signature', () => {
  test.each<[string, Partial<OutgoingMessage>]>([
    ['plain', {}],
    ['html alone', { text: null }],
    ['text alone', { html: null }],
    ['empty texts', { subject: '', html: '', text: '' }],
    ['copies', { cc: [{ email: 'c@r.example', name: 'C' }], bcc: [{ email: 'b@r.example', name: null }] }],
    ['nobody but a blind copy', { to: [], bcc: [{ email: 'b@r.example', name: null }] }],
    ['a reply address', { replyTo: { email: 'help@sender.example', name: 'Help, "us"' } }],
    [
      'headers and a configuration set',
      { headers: [{ name: 'X-A', value: 'á 1' }], configurationSet: 'main' },
    ],
    [
      'not ASCII',
      { subject: 'Grüße 😀 \u2028', html: '<p>\u2028\u2029"\\\t/</p>漢字', text: 'ß\u0007\u007f' },
    ],
    ['every control character', { text: String.fromCharCode(...Array(160).keys()) }],
    ['halves of surrogate pairs', { subject: 'a\ud83d', html: '\udc00 b', text: '\udc00\ud83d' }],
    ['long texts', { html: `<p>${'é😀"\n'.repeat(60_000)}</p>`, text: 'x'.repeat(300_000) }],
    ['files', { attachments: [file, { ...file, content: bytes.subarray(3, 8), filename: 'ü.txt' }] }],
    ['a large file', { attachments: [{ ...file, content: new Uint8Array(2_000_003).fill(7) }] }],
    ['raw for an inline image', { attachments: [{ ...file, contentType: 'image/png', contentId: 'logo' }] }],
    ['raw for its headers', { headers: many(30), replyTo: { email: 'help@sender.example', name: null } }],
  ])('%s', async (_name, overrides) => {
    await expectTheSame({}, await inputOf(aMessage(overrides)));
  });

  test('whatever its texts hold', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.nat({ max: 0xffff }).map((c) => String.fromCharCode(c)),
        fc.constantFrom(...'"\\/\b😀'),
      ),
    });
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (subject, html, plain, value) => {
        const headers = [{ name: 'X-A', value }];
        await expectTheSame({}, await inputOf(aMessage({ subject, html, text: plain, headers })));
      }),
      { numRuns: 100 },
    );
  });

  test('with the token of a session, and without one', async () => {
    const input = await inputOf(aMessage());
    const session = { ...credentials, sessionToken: 'token/+=' };
    expect((await expectTheSame({ credentials: session }, input)).headers).toMatchObject({
      'x-amz-security-token': 'token/+=',
    });
    expect((await expectTheSame({}, input)).headers).not.toHaveProperty('x-amz-security-token');
  });
});

test('what is used of the SDK by itself is the copy that the SDK uses', () => {
  const here = createRequire(import.meta.url);
  const sdk = createRequire(here.resolve('@aws-sdk/client-sesv2'));
  const signing = createRequire(sdk.resolve('@aws-sdk/core/httpAuthSchemes'));
  expect(here.resolve('@smithy/core/endpoints')).toBe(sdk.resolve('@smithy/core/endpoints'));
  expect(here.resolve('@smithy/signature-v4')).toBe(signing.resolve('@smithy/signature-v4'));
});

describe('an endpoint is the one of the SDK', () => {
  const before = { ...process.env };
  const clean = Object.entries(before).filter(([name]) => !name.startsWith('AWS_'));
  beforeEach(() => {
    process.env = Object.fromEntries(clean);
  });
  afterEach(() => {
    process.env = { ...before };
  });

  test.each<[SESv2ClientConfig, string]>([
    [{}, 'https://email.eu-west-1.amazonaws.com'],
    [{ region: 'us-gov-west-1' }, 'https://email.us-gov-west-1.amazonaws.com'],
    [{ region: 'cn-north-1' }, 'https://email.cn-north-1.amazonaws.com.cn'],
    [{ region: 'us-east-1', useFipsEndpoint: true }, 'https://email-fips.us-east-1.amazonaws.com'],
    [{ region: 'fips-us-east-1' }, 'https://email-fips.us-east-1.amazonaws.com'],
    [{ useDualstackEndpoint: true }, 'https://email.eu-west-1.api.aws'],
    [{ useFipsEndpoint: true, useDualstackEndpoint: true }, 'https://email-fips.eu-west-1.api.aws'],
    [{ endpoint: 'http://127.0.0.1:4579' }, 'http://127.0.0.1'],
    [{ endpoint: 'http://[::1]:4579/' }, 'http://[::1]'],
    [{ endpoint: 'https://proxy.example:443/a%20b/c' }, 'https://proxy.example'],
    [{ endpoint: 'https://proxy.example/a/' }, 'https://proxy.example'],
    [{ endpoint: 'https://proxy.example/a?b=c' }, 'https://proxy.example'],
  ])('of %j', async (config, origin) => {
    const { protocol, hostname } = await expectTheSame(config, await inputOf(aMessage()));
    expect(`${protocol}//${hostname}`).toBe(origin);
  });

  test.each<[Record<string, string>, string]>([
    [{ AWS_USE_FIPS_ENDPOINT: 'true' }, 'email-fips.eu-west-1.amazonaws.com'],
    [{ AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'email.eu-west-1.api.aws'],
    [{ AWS_ENDPOINT_URL: 'http://proxy.example:81/p' }, 'proxy.example'],
    [{ AWS_ENDPOINT_URL: 'http://a.example', AWS_ENDPOINT_URL_SESV2: 'https://b.example' }, 'b.example'],
    [
      { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'http://a.example' },
      'email.eu-west-1.amazonaws.com',
    ],
  ])('of the environment %j', async (env, hostname) => {
    Object.assign(process.env, env);
    expect(await expectTheSame({}, await inputOf(aMessage()))).toMatchObject({ hostname });
  });

  test('of the shared file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'aws-'));
    try {
      process.env.AWS_CONFIG_FILE = join(dir, 'config');
      await writeFile(process.env.AWS_CONFIG_FILE, '[default]\nendpoint_url = http://file.example:82\n');
      expect(await expectTheSame({}, await inputOf(aMessage()))).toMatchObject({ hostname: 'file.example' });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test('is looked for again after it could not be found', async () => {
    let isThere = false;
    const region = () => (isThere ? Promise.resolve('eu-west-1') : Promise.reject(new Error('No region.')));
    const { written, post } = postsOf({ region });
    await expect(post()).rejects.toThrow('No region.');
    isThere = true;
    await post();
    expect(written).toHaveLength(1);
  });
});

describe('credentials', () => {
  /** A source of them that counts how often it is asked, and what it gives lives so long. */
  const counted = (livesForMs: number) => {
    const source = { asked: 0, fails: false };
    const give = async () => {
      source.asked += 1;
      if (source.fails) throw Object.assign(new Error('Gone.'), { name: 'CredentialsProviderError' });
      const expiration = new Date(Date.now() + livesForMs);
      return { ...credentials, sessionToken: `token-${source.asked}`, expiration };
    };
    return { source, give };
  };
  const tokens = (written: readonly WireRequest[]) =>
    written.map(({ headers }) => headers['x-amz-security-token']);

  test('are asked for once by all who wait, kept, and asked for anew before they expire', async () => {
    const { source, give } = counted(3_600_000);
    const { written, post } = postsOf({ credentials: give });
    await Promise.all([post(), post(), post()]);
    pass(3_000_000);
    await post();
    expect({ asked: source.asked, tokens: new Set(tokens(written)) }).toEqual({
      asked: 1,
      tokens: new Set(['token-1']),
    });
    pass(599_000);
    await post();
    expect(tokens(written).at(-1)).toBe('token-2');
  });

  test('that cannot be had end the call unwritten, and are asked for again by the next', async () => {
    const { source, give } = counted(3_600_000);
    source.fails = true;
    const { written, post } = postsOf({ credentials: give });
    await expect(post()).rejects.toMatchObject({ name: 'CredentialsProviderError' });
    expect(written).toHaveLength(0);
    source.fails = false;
    await post();
    expect(tokens(written)).toEqual(['token-2']);
  });
});

describe('a clock that is wrong', () => {
  const hourMs = 3_600_000;
  /** SES an hour ahead of us, which refuses what is signed by our clock. */
  const ahead = (headers: Record<string, string> = {}) => {
    const date = new Date(Date.now() + hourMs).toUTCString();
    return (): WireAnswer => ({
      statusCode: 403,
      headers: { date, ...headers },
      body: Buffer.from('{"__type":"InvalidSignatureException","message":"Signature expired"}'),
    });
  };
  const signedAt = ({ headers }: WireRequest) => headers['x-amz-date'];

  test('is set right by the refusal, which is not repeated: the next call is signed by the time of SES', async () => {
    const { sdk, written, post } = postsOf({}, ahead());
    await expect(post()).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(written.map(signedAt)).toEqual(['20260131T235958Z']);
    await expect(post()).rejects.toThrow();
    expect(written.map(signedAt)).toEqual(['20260131T235958Z', '20260201T005958Z']);
    // One clock with the calls that the SDK makes.
    expect(sdk.config.systemClockOffset).toBe(hourMs);
  });

  test.each<[string, () => WireAnswer]>([
    ['out of a cache', () => ahead({ age: '3600' })()],
    ['without a moment', () => ahead({ date: 'soon' })()],
  ])('is not set by an answer %s', async (_name, answer) => {
    const { sdk, post } = postsOf({}, answer);
    await expect(post()).rejects.toThrow();
    expect(sdk.config.systemClockOffset).toBe(0);
  });

  test('is left alone where that was asked for', async () => {
    const { sdk, written, post } = postsOf({ disableClockSkewCorrection: true }, ahead());
    await expect(post()).rejects.toThrow();
    await expect(post()).rejects.toThrow();
    expect(new Set(written.map(signedAt)).size).toBe(1);
    expect(sdk.config.systemClockOffset).toBe(0);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { domainSchema, pageSchema } from '@postroom/contracts';
import { idOf } from '@postroom/testkit';
import { anItem, codeOf, sendOne } from '../contract/batch-items.ts';
import type { Answer, TestWorkspace } from '../start-api.ts';
import { errorOf, isoTime, issuePathsOf, unknownId, uuidV7 } from './start-resources.ts';
import { type ApiWithSes, callAs, startWithSes } from './start-with-ses.ts';

let stack: ApiWithSes;
let workspace: TestWorkspace;

beforeAll(async () => {
  stack = await startWithSes('ses');
  workspace = await stack.api.makeWorkspace();
});
afterEach(async () => {
  stack.ses.faults.clear();
  await stack.ses.comeUp();
});
afterAll(() => stack.stop());

const register = (domain: unknown) => workspace.post('/domains', { domain });
const refresh = (id: string) => workspace.post(`/domains/${id}/refresh`, {});
const remove = (id: string) => callAs(stack.api, workspace, ['DELETE', `/domains/${id}`]);
const stored = (domain: string) => stack.api.prisma.domain.count({ where: { domain } });

/** Registers a domain and has SES find its records. */
async function aVerifiedDomain(domain: string): Promise<string> {
  const id = idOf(await register(domain));
  stack.ses.identities.verify(domain);
  expect((await refresh(id)).body).toMatchObject({ status: 'verified' });
  return id;
}

/** What became of one item: `accepted`, or why it was not. */
async function sendFrom(sender: { readonly from: string } | { readonly senderProfileId: string }) {
  const templateId = await workspace.aTemplate({ senderProfileId: null });
  return codeOf(await sendOne(workspace, anItem({ templateId, ...sender })));
}

test('a domain from its registration to the first mail: records, pending, refused, verified, accepted', async () => {
  const registered = await register('Shop.EXAMPLE');
  expect(registered.status).toBe(201);
  expect(registered.body).toEqual({
    id: expect.stringMatching(uuidV7),
    domain: 'shop.example',
    status: 'pending',
    dnsRecords: [
      ...Array.from({ length: 3 }, () => ({
        type: 'CNAME',
        name: expect.stringMatching(/^\w+\._domainkey\.shop\.example$/),
        value: expect.stringMatching(/^\w+\.dkim\.amazonses\.com$/),
        purpose: 'dkim',
        required: true,
      })),
      {
        type: 'TXT',
        name: '_dmarc.shop.example',
        value: 'v=DMARC1; p=none;',
        purpose: 'dmarc',
        required: false,
      },
    ],
    checkedAt: expect.stringMatching(isoTime),
    createdAt: expect.stringMatching(isoTime),
    updatedAt: expect.stringMatching(isoTime),
  });
  const id = idOf(registered);
  expect((await workspace.get(`/domains/${id}`)).body).toEqual(registered.body);

  const senderProfileId = await workspace.aSender({ fromEmail: 'orders@shop.example' });
  const refused = async () => [
    await sendFrom({ from: 'any@shop.example' }),
    await sendFrom({ senderProfileId }),
  ];
  expect(await refused()).toEqual(['sender_not_verified', 'sender_not_verified']);
  expect((await refresh(id)).body).toMatchObject({ id, status: 'pending' });

  stack.ses.identities.verify('shop.example');
  const creations = stack.creationsAtSes();
  expect(await refused()).toEqual(['sender_not_verified', 'sender_not_verified']);
  const refreshed = domainSchema.parse((await refresh(id)).body);
  expect(refreshed).toMatchObject({
    status: 'verified',
    dnsRecords: domainSchema.parse(registered.body).dnsRecords,
  });
  expect(stack.creationsAtSes()).toBe(creations);
  expect(await sendFrom({ from: 'any@shop.example' })).toBe('accepted');
  expect(await sendFrom({ senderProfileId })).toBe('accepted');
  expect((await workspace.get(`/sender-profiles/${senderProfileId}`)).body).toMatchObject({ verified: true });
});

describe('what is no domain is refused by name and never reaches SES:', () => {
  const longName = `${`${'a'.repeat(60)}.`.repeat(5)}example`;
  test.each([
    ['nothing', undefined, 'is required'],
    ['a number', 7, 'must be a string'],
    ['an empty text', '', 'must not be empty'],
    ['a single label', 'localhost', 'must have at least two labels, such as example.com'],
    ['an IPv4 address', '192.0.2.1', 'must not be an IP address'],
    ['an IPv6 address', '[2001:db8::1]', 'must not be an IP address'],
    ['a trailing dot', 'shop.example.', 'must not end in a dot'],
    ['a wildcard', '*.shop.example', 'must not have a wildcard: give one domain, such as example.com'],
    ['254 characters and more', longName, 'must have at most 253 characters'],
    [
      'an address',
      'me@shop.example',
      'must not be an address: give what stands after the @, such as example.com',
    ],
    ['a URL', 'https://shop.example', 'must not have a scheme: give the bare domain, such as example.com'],
    ['a path', 'shop.example/a', 'is not a domain such as example.com'],
    ['a port', 'shop.example:25', 'is not a domain such as example.com'],
    ['an empty label', 'shop..example', 'is not a domain such as example.com'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example`, 'is not a domain such as example.com'],
    ['a label that begins with a dash', '-shop.example', 'is not a domain such as example.com'],
    ['an underscore', 'my_shop.example', 'is not a domain such as example.com'],
    ['a space', 'my shop.example', 'is not a domain such as example.com'],
    ['a line break', 'shop.example\n', 'is not a domain such as example.com'],
    ['a number in hexadecimal', '0x7f.1', 'is not a domain such as example.com'],
    ['broken punycode', 'xn--a.example', 'is not a domain such as example.com'],
  ])('%s', async (_what, domain, message) => {
    const before = stack.creationsAtSes();
    const answer = await register(domain);
    expect(errorOf(answer)).toEqual({
      status: 400,
      code: 'validation_failed',
      details: { issues: [{ path: 'domain', message }] },
    });
    expect(stack.creationsAtSes()).toBe(before);
  });

  test('an unknown field', async () => {
    expect(issuePathsOf(await workspace.post('/domains', { domain: 'shop.example', region: 'x' }))).toEqual([
      'region',
    ]);
  });
});

test('a domain is the same however it is written: registered twice, the answer names the first', async () => {
  const first = await register('Bücher.example');
  expect(first.body).toMatchObject({ domain: 'xn--bcher-kva.example' });
  const before = stack.creationsAtSes();
  for (const again of ['bücher.EXAMPLE', 'xn--bcher-kva.example', 'BÜCHER。example']) {
    expect(errorOf(await register(again))).toEqual({
      status: 409,
      code: 'state_conflict',
      details: { id: idOf(first) },
    });
  }
  expect(stack.creationsAtSes()).toBe(before);
  expect(await stored('xn--bcher-kva.example')).toBe(1);
});

describe('while SES', () => {
  const expectUnavailable = (answer: Answer) => {
    expect(errorOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  };

  test('is out of reach, a registration answers 503 and stores nothing, and works afterwards', async () => {
    await stack.ses.goDown();
    expectUnavailable(await register('outage.example'));
    expect(await stored('outage.example')).toBe(0);
    await stack.ses.comeUp();
    expect((await register('outage.example')).status).toBe(201);
  });

  test.each(['throttle', 'credentials', 'errorAfterAccepting', 'resetAfterAccepting'] as const)(
    'answers a registration with %s, it is a 503, and the next one finds the identity',
    async (kind) => {
      const domain = `${kind.toLowerCase()}.example`;
      stack.ses.faults.set({ faults: [{ kind, operation: 'CreateEmailIdentity' }] });
      expectUnavailable(await register(domain));
      expect(await stored(domain)).toBe(0);
      stack.ses.faults.clear();
      expect((await register(domain)).status).toBe(201);
    },
  );

  test('is out of reach, a refresh answers 503 and changes nothing', async () => {
    const id = await aVerifiedDomain('steady.example');
    const before = (await workspace.get(`/domains/${id}`)).body;
    await stack.ses.goDown();
    expectUnavailable(await refresh(id));
    expect((await workspace.get(`/domains/${id}`)).body).toEqual(before);
  });

  test('refuses the domain, the answer is a 422 in SES’s words, and nothing is stored', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'badRequest', operation: 'CreateEmailIdentity' }] });
    const answer = await register('refused.example');
    expect(errorOf(answer)).toMatchObject({ status: 422, code: 'unprocessable' });
    expect(answer.body).toMatchObject({ message: 'SES does not take this domain: Illegal address.' });
    expect(await stored('refused.example')).toBe(0);
  });
});

describe('a domain that ceases to be verified', () => {
  test('because SES forgot it is registered anew by a refresh, and its senders are refused', async () => {
    const id = await aVerifiedDomain('forgotten.example');
    const senderProfileId = await workspace.aSender({ fromEmail: 'a@forgotten.example' });
    stack.ses.identities.remove('forgotten.example');
    expect((await refresh(id)).body).toMatchObject({ id, status: 'pending' });
    expect(await sendFrom({ senderProfileId })).toBe('sender_not_verified');
    expect(await sendFrom({ from: 'b@forgotten.example' })).toBe('sender_not_verified');
    stack.ses.identities.verify('forgotten.example');
    expect((await refresh(id)).body).toMatchObject({ status: 'verified' });
    expect(await sendFrom({ senderProfileId })).toBe('accepted');
  });

  test('because it was deleted takes its senders along; SES keeps the identity', async () => {
    const id = await aVerifiedDomain('deleted.example');
    const senderProfileId = await workspace.aSender({ fromEmail: 'a@deleted.example' });
    expect(await remove(id)).toMatchObject({ status: 204, body: '' });
    expect((await workspace.get(`/domains/${id}`)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect(await sendFrom({ senderProfileId })).toBe('sender_not_verified');
    expect(await sendFrom({ from: 'b@deleted.example' })).toBe('sender_not_verified');
    expect(stack.ses.identities.describe('deleted.example').status).toBe(200);
    expect((await register('deleted.example')).body).toMatchObject({ status: 'verified' });
    expect(await sendFrom({ senderProfileId })).toBe('accepted');
  });

  test('leaves an address that SES verified by itself alone while it has never been verified', async () => {
    stack.verifyAtSes('me@unfinished.example');
    const senderProfileId = await workspace.aSender({ fromEmail: 'me@unfinished.example' });
    const id = idOf(await register('unfinished.example'));
    await refresh(id);
    expect(await sendFrom({ senderProfileId })).toBe('accepted');
    await remove(id);
    expect(await sendFrom({ senderProfileId })).toBe('accepted');
  });
});

test('pages hold every domain once, newest first, while domains arrive', async () => {
  const own = await stack.api.makeWorkspace();
  const names = Array.from({ length: 5 }, (_, at) => `page-${at}.example`);
  for (const domain of names) await own.make('/domains', { domain });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await own.get(`/domains?limit=2${query}`);
    const page = pageSchema(domainSchema).parse(body);
    seen.push(...page.data.map(({ domain }) => domain));
    cursor = page.nextCursor;
    await own.make('/domains', { domain: `late-${seen.length}.example` });
  } while (cursor !== null);
  expect(seen).toEqual(names.toReversed());
  expect(issuePathsOf(await own.get('/domains?limit=0'))).toEqual(['limit']);
  expect(issuePathsOf(await own.get('/domains?cursor=x'))).toEqual(['cursor']);
});

describe('scopes', () => {
  const routes = [
    ['GET', '/domains'],
    ['POST', '/domains'],
    ['GET', `/domains/${unknownId}`],
    ['POST', `/domains/${unknownId}/refresh`],
    ['DELETE', `/domains/${unknownId}`],
  ] as const;
  const others = [
    'emails:write',
    'emails:read',
    'templates:write',
    'templates:read',
    'profiles:write',
    'profiles:read',
  ];

  test.each(routes)('%s %s needs admin and nothing else', async (method, path) => {
    const without = { key: await workspace.makeKey(others) };
    expect(errorOf(await callAs(stack.api, without, [method, path]))).toEqual({
      status: 403,
      code: 'insufficient_scope',
      details: { required: 'admin' },
    });
    const admin = { key: await workspace.makeKey(['admin']) };
    expect([200, 400, 404]).toContain((await callAs(stack.api, admin, [method, path])).status);
  });
});

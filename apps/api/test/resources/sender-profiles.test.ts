import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { senderProfileSchema } from '@postroom/contracts';
import { newId } from '@postroom/core';
import {
  isoTime,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  uuidV7,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

const shop = { name: 'Shop', fromEmail: 'shop@example.com' };

async function make(input: Readonly<Record<string, unknown>> = {}) {
  const { status, body } = await workspace.call('POST', '/sender-profiles', { ...shop, ...input });
  expect(status).toBe(201);
  return senderProfileSchema.parse(body);
}

async function patch(id: string, change: Readonly<Record<string, unknown>>) {
  const { status, body } = await workspace.call('PATCH', `/sender-profiles/${id}`, change);
  expect(status).toBe(200);
  return senderProfileSchema.parse(body);
}

const addDomain = (domain: string, status: 'pending' | 'verified' | 'failed') =>
  api.prisma.domain.create({ data: { id: newId(), workspaceId: workspace.id, domain, status } });

describe('where SES decides who is verified', () => {
  beforeAll(async () => {
    api = await startResources({ trustSenders: false });
    workspace = await api.makeWorkspace();
  });
  afterAll(() => api.close());

  test('a new sender profile is answered with every field, and read back the same', async () => {
    const input = {
      name: 'Shop',
      fromEmail: 'Shop@EXAMPLE.com',
      fromName: 'The Shop, Inc.',
      replyTo: 'Help <help@example.com>',
      configurationSet: 'main_set-1',
      tracking: { clicks: true },
    };
    const { status, body } = await workspace.call('POST', '/sender-profiles', input);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...input,
      id: expect.stringMatching(uuidV7),
      fromEmail: 'Shop@example.com',
      replyTo: { email: 'help@example.com', name: 'Help' },
      tracking: { clicks: true, opens: false, text: false },
      trackingHost: null,
      trackingHostVerified: false,
      trackingHostProblem: null,
      verified: false,
      flaggedReason: null,
      createdAt: expect.stringMatching(isoTime),
      updatedAt: expect.stringMatching(isoTime),
    });
    const { id } = senderProfileSchema.parse(body);
    const read = await workspace.call('GET', `/sender-profiles/${id}`);
    expect([read.status, read.body]).toEqual([200, body]);
  });

  test('the compared form of the address is stored beside it', async () => {
    const { id } = await make({ fromEmail: 'News@Bücher.example' });
    const row = await api.prisma.senderProfile.findUniqueOrThrow({ where: { id } });
    expect([row.fromEmail, row.fromKey]).toEqual([
      'News@xn--bcher-kva.example',
      'news@xn--bcher-kva.example',
    ]);
  });

  test('a sender counts as verified while its domain is, and in no other state of it', async () => {
    await addDomain('good.example', 'verified');
    await addDomain('waiting.example', 'pending');
    expect(await make({ fromEmail: 'a@good.example' })).toMatchObject({ verified: true });
    expect(await make({ fromEmail: 'a@waiting.example' })).toMatchObject({ verified: false });
    expect(await make({ fromEmail: 'a@sub.good.example' })).toMatchObject({ verified: true });
    expect(await make({ fromEmail: 'a@sub.waiting.example' })).toMatchObject({ verified: false });
    const other = await api.makeWorkspace();
    const elsewhere = await other.call('POST', '/sender-profiles', { ...shop, fromEmail: 'a@good.example' });
    expect(elsewhere.body).toMatchObject({ verified: false });
    const below = await other.call('POST', '/sender-profiles', { ...shop, fromEmail: 'a@sub.good.example' });
    expect(below.body).toMatchObject({ verified: false });
  });

  test('a new address loses the verification and what SES said of the old one; a new name does not', async () => {
    const { id } = await make();
    const note = (data: object) => api.prisma.senderProfile.update({ where: { id }, data });
    await note({ verifiedAt: new Date() });
    expect(await patch(id, { name: 'New' })).toMatchObject({ verified: true });
    expect(await patch(id, { fromEmail: 'SHOP@example.com' })).toMatchObject({ verified: true });
    await note({ flaggedReason: 'refused' });
    expect(await patch(id, { name: 'Newer' })).toMatchObject({ verified: false, flaggedReason: 'refused' });
    expect(await patch(id, { fromEmail: 'other@example.com' })).toMatchObject({
      fromEmail: 'other@example.com',
      verified: false,
      flaggedReason: null,
    });
  });

  test('an update changes what it names, unsets what is null and keeps the rest', async () => {
    const { id } = await make({
      fromName: 'Shop',
      replyTo: 'Help <help@example.com>',
      configurationSet: 'set',
      tracking: { clicks: true, opens: true, text: true },
    });
    expect(await patch(id, { tracking: { clicks: false } })).toMatchObject({
      fromName: 'Shop',
      replyTo: { email: 'help@example.com', name: 'Help' },
      configurationSet: 'set',
      tracking: { clicks: false, opens: true, text: true },
    });
    expect(await patch(id, { replyTo: 'plain@example.com' })).toMatchObject({
      replyTo: { email: 'plain@example.com', name: null },
    });
    const unset = { fromName: null, replyTo: null, configurationSet: null, tracking: null };
    expect(await patch(id, unset)).toMatchObject({
      ...unset,
      tracking: { clicks: false, opens: false, text: false },
    });
  });

  test.each([
    ['no name', { fromEmail: 'a@example.com' }, ['name']],
    ['no address', { name: 'a' }, ['fromEmail']],
    ['an address with a name', { ...shop, fromEmail: 'A <a@example.com>' }, ['fromEmail']],
    ['a line break in the display name', { ...shop, fromName: 'A\r\nBcc: x@y.zz' }, ['fromName']],
    ['a control character in the display name', { ...shop, fromName: 'A\u0007' }, ['fromName']],
    ['a configuration set with a space', { ...shop, configurationSet: 'a b' }, ['configurationSet']],
    ['an unknown tracking key', { ...shop, tracking: { taps: true } }, ['tracking.taps']],
    ['an unknown field', { ...shop, verified: true }, ['verified']],
  ])('%s is refused by name', async (_what, body, paths) => {
    const answer = await workspace.call('POST', '/sender-profiles', body);
    expect([answer.status, issuePathsOf(answer)]).toEqual([400, paths]);
  });
});

describe('where senders are trusted', () => {
  beforeAll(async () => {
    api = await startResources({ trustSenders: true });
    workspace = await api.makeWorkspace();
  });
  afterAll(() => api.close());

  test('a new sender is verified, and stays so with a new address', async () => {
    const sender = await make();
    expect(sender.verified).toBe(true);
    expect(await patch(sender.id, { fromEmail: 'other@example.com' })).toMatchObject({ verified: true });
  });

  test('an update that keeps the address verifies nothing', async () => {
    const { id } = await make();
    await api.prisma.senderProfile.update({ where: { id }, data: { verifiedAt: null } });
    expect(await patch(id, { name: 'New', fromEmail: 'shop@example.com' })).toMatchObject({
      verified: false,
    });
  });
});

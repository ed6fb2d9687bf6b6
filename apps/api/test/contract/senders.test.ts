import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSendId } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, anItem, refusal } from './batch-items.ts';
import { anEmail, emailsOf } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;
let senders: { template: string; acme: string; globex: string };

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  senders = {
    template: await workspace.aSender({ fromEmail: 'template@acme.test', fromName: 'From the template' }),
    acme: await workspace.aSender({ fromEmail: 'hello@acme.test', fromName: 'Acme, Inc.' }),
    globex: await workspace.aSender({
      fromEmail: 'hello@globex.test',
      fromName: null,
      replyTo: 'Replies <replies@globex.test>',
      configurationSet: 'globex-set',
      tracking: { clicks: true },
    }),
  };
  templateId = await workspace.aTemplate({ senderProfileId: senders.template });
});
afterAll(() => api.close());

const item = (overrides: Json) => anItem({ templateId, ...overrides });
const distrust = (id: string) =>
  api.prisma.senderProfile.update({ where: { id }, data: { verifiedAt: null } });
const addDomain = (workspaceId: string, domain: string, status: 'verified' | 'pending' | 'failed') =>
  api.prisma.domain.create({ data: { id: newId(), workspaceId, domain, status } });

describe('senderProfileId', () => {
  test('its default is the template’s sender profile', async () => {
    expect(await accept(workspace, item({}))).toMatchObject({
      senderProfileId: senders.template,
      from: { email: 'template@acme.test', name: 'From the template' },
    });
  });

  test('given, it decides who the mail comes from', async () => {
    const send = await accept(workspace, item({ senderProfileId: senders.globex }));
    expect(send).toMatchObject({
      senderProfileId: senders.globex,
      from: { email: 'hello@globex.test', name: null },
    });
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: send.id } });
    expect(row).toMatchObject({ configurationSet: 'globex-set', trackClicks: true, trackOpens: false });
  });

  test('of an unverified sender it is rejected', async () => {
    const id = await workspace.aSender({ fromEmail: 'new@unverified.test' });
    await distrust(id);
    const { error, message } = await refusal(workspace, item({ senderProfileId: id }));
    expect(error).toBe('sender_not_verified');
    expect(message).toContain('new@unverified.test');
  });

  test('neither the item nor the template names a sender: rejected', async () => {
    const senderless = await workspace.aTemplate({ senderProfileId: null });
    expect((await refusal(workspace, item({ templateId: senderless }))).error).toBe('sender_required');
  });
});

describe('from', () => {
  test('may be a verified sender’s bare address: the profile’s name is used', async () => {
    expect(await accept(workspace, item({ from: 'hello@acme.test' }))).toMatchObject({
      senderProfileId: senders.acme,
      from: { email: 'hello@acme.test', name: 'Acme, Inc.' },
    });
  });

  test('may bring a name of its own', async () => {
    const { from } = await accept(workspace, item({ from: '"Sales, Acme" <HELLO@Acme.Test>' }));
    expect(from).toEqual({ email: 'hello@acme.test', name: 'Sales, Acme' });
  });

  test('must be a verified sender of the workspace', async () => {
    expect((await refusal(workspace, item({ from: 'a@stranger.test' }))).error).toBe('sender_not_verified');
    await distrust(await workspace.aSender({ fromEmail: 'known@stranger.test' }));
    expect((await refusal(workspace, item({ from: 'known@stranger.test' }))).error).toBe(
      'sender_not_verified',
    );
  });

  test('may be any address of a verified domain', async () => {
    await addDomain(workspace.id, 'verified.test', 'verified');
    expect(await accept(workspace, item({ from: 'Any <anyone@VERIFIED.test>' }))).toMatchObject({
      senderProfileId: null,
      from: { email: 'anyone@verified.test', name: 'Any' },
    });
  });

  test.each(['pending', 'failed'] as const)('of a %s domain is rejected', async (status) => {
    await addDomain(workspace.id, `${status}.test`, status);
    const { error } = await refusal(workspace, item({ from: `a@${status}.test` }));
    expect(error).toBe('sender_not_verified');
  });

  test('of a sender or domain that only another workspace verified is rejected', async () => {
    const other = await api.makeWorkspace();
    await other.aSender({ fromEmail: 'them@theirs.test' });
    await addDomain(other.id, 'theirs.test', 'verified');
    const { error } = await refusal(workspace, item({ from: 'them@theirs.test' }));
    expect(error).toBe('sender_not_verified');
  });

  test('is authorised on what stands in the angle brackets alone', async () => {
    const { error } = await refusal(workspace, item({ from: '"hello@acme.test" <a@stranger.test>' }));
    expect(error).toBe('sender_not_verified');
    const { from } = await accept(workspace, item({ from: '"a@stranger.test" <hello@acme.test>' }));
    expect(from.email).toBe('hello@acme.test');
  });

  test('is verified when one of several senders with this address is, be it not the template’s', async () => {
    const unverified = await workspace.aSender({ fromEmail: 'shared@twice.test' });
    await distrust(unverified);
    const verified = await workspace.aSender({ fromEmail: 'shared@twice.test' });
    const template = await workspace.aTemplate({ senderProfileId: unverified });
    const send = await accept(workspace, item({ templateId: template, from: 'shared@twice.test' }));
    expect(send.senderProfileId).toBe(verified);
  });

  test('need not agree with the template’s own sender profile', async () => {
    expect((await accept(workspace, item({ from: 'hello@globex.test' }))).senderProfileId).toBe(
      senders.globex,
    );
  });
});

describe('from and senderProfileId must agree when both are given, at whatever level each was given:', () => {
  const levels = [
    ['both in the item', true, true],
    ['from in the item, the profile in the defaults', true, false],
    ['from in the defaults, the profile in the item', false, true],
    ['both in the defaults', false, false],
  ] as const;
  const placed = (fromInItem: boolean, profileInItem: boolean, from: string) => {
    const profile = { senderProfileId: senders.acme };
    return [
      item({ ...(fromInItem ? { from } : {}), ...(profileInItem ? profile : {}) }),
      { ...(fromInItem ? {} : { from }), ...(profileInItem ? {} : profile) },
    ] as const;
  };

  test.each(levels)('%s, disagreeing: rejected', async (_name, fromInItem, profileInItem) => {
    const { error } = await refusal(workspace, ...placed(fromInItem, profileInItem, 'hello@globex.test'));
    expect(error).toBe('sender_mismatch');
  });

  test.each(levels)('%s, agreeing: accepted', async (_name, fromInItem, profileInItem) => {
    const send = await accept(
      workspace,
      ...placed(fromInItem, profileInItem, 'Other name <Hello@ACME.test>'),
    );
    expect(send).toMatchObject({
      senderProfileId: senders.acme,
      from: { email: 'hello@acme.test', name: 'Other name' },
    });
  });

  test('a null in the item takes a disagreeing default away', async () => {
    const defaults = { from: 'hello@globex.test' };
    const send = await accept(workspace, item({ from: null, senderProfileId: senders.acme }), defaults);
    expect(send.from.email).toBe('hello@acme.test');
  });
});

describe('replyTo', () => {
  test('given, it is used', async () => {
    const fields = { senderProfileId: senders.globex, replyTo: 'Jane Doe <jane@b.co>' };
    const { replyTo } = await accept(workspace, item(fields));
    expect(replyTo).toEqual({ email: 'jane@b.co', name: 'Jane Doe' });
  });

  test('omitted, it is the sender profile’s', async () => {
    const { replyTo } = await accept(workspace, item({ senderProfileId: senders.globex }));
    expect(replyTo).toEqual({ email: 'replies@globex.test', name: 'Replies' });
  });

  test('need not be verified, and may be nobody’s', async () => {
    expect((await accept(workspace, item({ replyTo: 'x@stranger.test' }))).replyTo).toEqual({
      email: 'x@stranger.test',
      name: null,
    });
    expect((await accept(workspace, item({}))).replyTo).toBeNull();
  });
});

describe('tracking', () => {
  test('of the item wins over the sender profile’s, key by key', async () => {
    const send = await accept(
      workspace,
      item({ senderProfileId: senders.globex, tracking: { clicks: false, opens: true } }),
    );
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: send.id } });
    expect(row).toMatchObject({ trackClicks: false, trackOpens: true });
  });

  const off = { trackClicks: false, trackOpens: false, trackText: false, trackingHost: null };
  const host = 'https://links.acme.test';

  test.each([
    ['said nowhere', {}, {}, off],
    [
      'of the profile',
      { clicks: true, opens: true, text: true },
      {},
      { ...off, trackClicks: true, trackOpens: true, trackText: true, trackingHost: host },
    ],
    [
      'of the send',
      {},
      { clicks: true, text: true },
      { ...off, trackClicks: true, trackText: true, trackingHost: host },
    ],
    [
      'of the profile, and taken back',
      { clicks: true, opens: true, text: true },
      { clicks: false, opens: false, text: false },
      off,
    ],
    [
      'of the profile, and left open',
      { opens: true, text: true },
      { clicks: null, opens: null, text: null },
      { ...off, trackOpens: true, trackText: true, trackingHost: host },
    ],
  ])('%s, it is kept on the row of either dialect', async (_what, ofSender, ofSend, expected) => {
    const fromEmail = `${randomUUID()}@acme.test`;
    const senderProfileId = await workspace.aSender({ fromEmail, trackingHost: host, tracking: ofSender });
    await api.prisma.senderProfile.update({
      where: { id: senderProfileId },
      data: { trackingHostCheckedAt: new Date() },
    });
    const send = await accept(workspace, item({ senderProfileId, tracking: ofSend }));
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: send.id } });
    expect(row).toMatchObject(expected);
    const email = anEmail({ from: fromEmail, tracking: ofSend });
    const [record] = emailsOf(await workspace.post('/emails/batch', { emails: [email] })).emails;
    const ofEmail = await api.prisma.emailSend.findUniqueOrThrow({
      where: { id: parseSendId(record?.id ?? '')?.uuid ?? '' },
    });
    expect(ofEmail).toMatchObject(expected);
  });

  test('host of a profile is not used before it was found to lead to us', async () => {
    const senderProfileId = await workspace.aSender({ trackingHost: host, tracking: { clicks: true } });
    const send = await accept(workspace, item({ senderProfileId }));
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id: send.id } });
    expect(row).toMatchObject({ trackClicks: true, trackingHost: null });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createResourceStores, DeliveryStore, SesAccountStore } from '@postroom/db';
import { startFakeSes } from '@postroom/servers';
import { idOf } from '@postroom/testkit';
import { type ApiWithSes, startWithSes } from '../resources/start-with-ses.ts';
import type { TestWorkspace } from '../start-api.ts';
import { anItem, codeOf, sendOne } from './batch-items.ts';

let stack: ApiWithSes;
let workspace: TestWorkspace;

const makeSender = (fromEmail: string) => workspace.post('/sender-profiles', { name: 'Shop', fromEmail });
const refresh = (path: string) => workspace.post(`${path}/refresh`, {});

/** What a worker notes when SES refuses mail from a sender. */
const flag = (id: string) =>
  stack.api.prisma.senderProfile.update({ where: { id }, data: { flaggedReason: 'SES refused it' } });

/** What became of one item from that sender: `accepted`, or why it was not. */
async function send(sender: { readonly from: string } | { readonly senderProfileId: string }) {
  const templateId = await workspace.aTemplate({ senderProfileId: null });
  return codeOf(await sendOne(workspace, anItem({ templateId, ...sender })));
}

describe('where SES decides who is verified', () => {
  beforeAll(async () => {
    stack = await startWithSes('ses');
    workspace = await stack.api.makeWorkspace();
  });
  afterAll(() => stack.stop());

  test('a sender whose domain SES knows as verified is verified when it is made', async () => {
    stack.verifyAtSes('verified.test');
    expect((await makeSender('shop@verified.test')).body).toMatchObject({ verified: true });
  });

  test('a sender that SES does not know is made unverified, and is verified by a refresh later', async () => {
    const made = await makeSender('shop@later.test');
    expect(made).toMatchObject({ status: 201, body: { verified: false } });
    const path = `/sender-profiles/${idOf(made)}`;
    expect((await refresh(path)).body).toMatchObject({ verified: false });
    stack.verifyAtSes('shop@later.test');
    expect((await refresh(path)).body).toMatchObject({ verified: true });
  });

  test('while SES cannot be asked a sender is still made, and a refresh answers 503', async () => {
    await stack.ses.goDown();
    const made = await makeSender('shop@verified.test');
    expect(made).toMatchObject({ status: 201, body: { verified: false } });
    const refreshed = await refresh(`/sender-profiles/${idOf(made)}`);
    expect(refreshed).toMatchObject({ status: 503, body: { error: 'unavailable' } });
    await stack.ses.comeUp();
  });

  test('a sender that SES refused is refused until a refresh finds it verified', async () => {
    stack.verifyAtSes('shop@flagged.test');
    const senderProfileId = idOf(await makeSender('shop@flagged.test'));
    const path = `/sender-profiles/${senderProfileId}`;
    expect(await send({ senderProfileId })).toBe('accepted');
    await flag(senderProfileId);
    expect((await workspace.get(path)).body).toMatchObject({
      verified: false,
      flaggedReason: 'SES refused it',
    });
    expect(await send({ senderProfileId })).toBe('sender_not_verified');
    expect(await send({ from: 'shop@flagged.test' })).toBe('sender_not_verified');

    stack.ses.identities.remove('shop@flagged.test');
    expect((await refresh(path)).body).toMatchObject({ verified: false, flaggedReason: 'SES refused it' });
    stack.verifyAtSes('shop@flagged.test');
    expect((await refresh(path)).body).toMatchObject({ verified: true, flaggedReason: null });
    expect(await send({ senderProfileId })).toBe('accepted');
  });

  test('what SES said of an address counts for no other that the profile has had since', async () => {
    const id = idOf(await makeSender('before@moved.test'));
    const ref = { workspaceId: workspace.id, id };
    await stack.api.prisma.senderProfile.update({ where: { id }, data: { fromKey: 'after@moved.test' } });
    const { senderProfiles } = createResourceStores(stack.api.prisma);
    const proven = { email: 'before@moved.test', proof: 'address', accountId: null } as const;
    expect(await senderProfiles.recordProof(ref, proven)).toBeNull();
    expect(await senderProfiles.find(ref)).toMatchObject({ isVerified: false });
  });

  test('what one account of SES said of an address counts for no other that the profile went to meanwhile', async () => {
    const { prisma } = stack.api;
    stack.verifyAtSes('three.test');
    const domain = idOf(await workspace.post('/domains', { domain: 'three.test' }));
    await refresh(`/domains/${domain}`);
    const id = await workspace.aSender({ fromEmail: 'shop@three.test' });
    const ref = { workspaceId: workspace.id, id };
    const accounts = new SesAccountStore(prisma);
    const made = { name: 'us', region: 'us-east-1', profile: null, endpoint: 'http://ses.test' };
    const accountId = (await accounts.create(made))?.id ?? null;
    await accounts.assign(id, accountId);
    const { senderProfiles } = createResourceStores(prisma);
    const here = { proof: 'domain', accountId: null } as const;
    expect(await senderProfiles.recordProof(ref, { email: 'shop@three.test', ...here })).toBeNull();
    const fromEmail = 'other@three.test';
    expect(await senderProfiles.update(ref, { fromEmail, ...here })).toEqual({ kind: 'moved' });
    expect(await senderProfiles.find(ref)).toMatchObject({ isVerified: false, accountId });
    // Nor does a domain that is given up here take from it what its own account said.
    const there = { email: 'shop@three.test', proof: 'domain', accountId } as const;
    expect(await senderProfiles.recordProof(ref, there)).toMatchObject({ isVerified: true });
    await createResourceStores(prisma).domains.remove({ workspaceId: workspace.id, id: domain });
    expect(await senderProfiles.find(ref)).toMatchObject({ isVerified: true });
  });

  test('a sender of another account is verified by that one alone, whatever is known of its domain here', async () => {
    const other = await startFakeSes({ verifyIdentitiesAfterMs: null });
    try {
      stack.verifyAtSes('two.test');
      const domain = idOf(await workspace.post('/domains', { domain: 'two.test' }));
      await refresh(`/domains/${domain}`);
      const senderProfileId = await workspace.aSender({ fromEmail: 'shop@two.test' });
      const accounts = new SesAccountStore(stack.api.prisma);
      const made = { name: 'eu', region: 'eu-west-1', profile: null, endpoint: other.url };
      const account = await accounts.create(made);
      expect(await accounts.create(made)).toBeNull();
      expect(await send({ senderProfileId })).toBe('accepted');
      await accounts.assign(senderProfileId, account?.id ?? null);
      expect(await send({ senderProfileId })).toBe('sender_not_verified');
      const path = `/sender-profiles/${senderProfileId}`;
      expect((await refresh(path)).body).toMatchObject({ verified: false });
      other.identities.create({ EmailIdentity: 'two.test' });
      other.identities.verify('two.test');
      expect((await refresh(path)).body).toMatchObject({ verified: true });
      const store = new DeliveryStore(stack.api.prisma);
      // Mail that still waits in the old account is refused there.
      await store.flagSender(senderProfileId, null, 'refused there');
      expect(await send({ senderProfileId })).toBe('accepted');
      await store.flagSender(senderProfileId, account?.id ?? null, 'refused here');
      expect((await workspace.get(path)).body).toMatchObject({ flaggedReason: 'refused here' });
      const ofAccounts = await stack.api.prisma.emailSend.findMany({
        where: { senderProfileId },
        orderBy: { id: 'asc' },
        select: { accountId: true },
      });
      expect(ofAccounts).toEqual([{ accountId: null }, { accountId: account?.id }]);
    } finally {
      await other.stop();
    }
  });

  describe('a sender of a verified domain that SES refused', () => {
    let domain: string;
    let senderProfileId: string;
    beforeAll(async () => {
      domain = `/domains/${idOf(await workspace.post('/domains', { domain: 'held.test' }))}`;
      stack.ses.identities.verify('held.test');
      senderProfileId = await workspace.aSender({ fromEmail: 'shop@held.test' });
      await refresh(domain);
      expect(await send({ senderProfileId })).toBe('accepted');
      await flag(senderProfileId);
    });

    test('is refused by its id and by its address; others of the domain are not', async () => {
      expect(await send({ senderProfileId })).toBe('sender_not_verified');
      expect(await send({ from: 'Shop <shop@HELD.test>' })).toBe('sender_not_verified');
      expect(await send({ from: 'news@held.test' })).toBe('accepted');
    });

    test('is verified again by a refresh of the domain that finds it verified', async () => {
      expect((await refresh(domain)).body).toMatchObject({ status: 'verified' });
      expect((await workspace.get(`/sender-profiles/${senderProfileId}`)).body).toMatchObject({
        verified: true,
        flaggedReason: null,
      });
      expect(await send({ senderProfileId })).toBe('accepted');
      expect(await send({ from: 'shop@held.test' })).toBe('accepted');
    });
  });
});

describe('where senders are trusted', () => {
  beforeAll(async () => {
    stack = await startWithSes('trust');
    workspace = await stack.api.makeWorkspace();
  });
  afterAll(() => stack.stop());

  test('a domain is verified when it is registered, and comes with the records that SES wants', async () => {
    const { status, body } = await workspace.post('/domains', { domain: 'local.test' });
    expect(status).toBe(201);
    const dkim = expect.objectContaining({ type: 'CNAME', purpose: 'dkim' });
    const dmarc = expect.objectContaining({ type: 'TXT', purpose: 'dmarc' });
    expect(body).toMatchObject({
      status: 'verified',
      dnsRecords: [dkim, dkim, dkim, dmarc],
      checkedAt: expect.any(String),
    });
    expect(await send({ from: 'any@local.test' })).toBe('accepted');
  });

  test('a domain is verified while SES cannot be asked, and a refresh brings the records later', async () => {
    await stack.ses.goDown();
    const made = await workspace.post('/domains', { domain: 'offline.test' });
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'verified', dnsRecords: [], checkedAt: null },
    });
    await stack.ses.comeUp();
    const { body } = await refresh(`/domains/${idOf(made)}`);
    const record = expect.anything();
    expect(body).toMatchObject({ status: 'verified', dnsRecords: [record, record, record, record] });
    await stack.ses.goDown();
    expect((await refresh(`/domains/${idOf(made)}`)).body).toEqual({
      ...(body instanceof Object ? body : {}),
      updatedAt: expect.any(String),
    });
    await stack.ses.comeUp();
  });

  test('a sender that SES refused is flagged and still accepted', async () => {
    const senderProfileId = await workspace.aSender({ fromEmail: 'shop@trusted.test' });
    await flag(senderProfileId);
    expect((await workspace.get(`/sender-profiles/${senderProfileId}`)).body).toMatchObject({
      verified: true,
      flaggedReason: 'SES refused it',
    });
    expect(await send({ senderProfileId })).toBe('accepted');
    expect(await send({ from: 'shop@trusted.test' })).toBe('accepted');
    expect((await refresh(`/sender-profiles/${senderProfileId}`)).body).toMatchObject({
      flaggedReason: null,
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idOf } from '@postroom/testkit';
import { anItem, codeOf, sendOne } from '../contract/batch-items.ts';
import { anEmail, emailsOf } from '../contract/post-emails.ts';
import type { TestWorkspace } from '../start-api.ts';
import { errorOf } from './start-resources.ts';
import { type ApiWithSes, callAs, startWithSes } from './start-with-ses.ts';

let stack: ApiWithSes;
let ours: TestWorkspace;
let theirs: TestWorkspace;

beforeAll(async () => {
  stack = await startWithSes('ses');
  [ours, theirs] = [await stack.api.makeWorkspace(), await stack.api.makeWorkspace()];
});
afterAll(() => stack.stop());

async function verified(workspace: TestWorkspace, domain: string): Promise<string> {
  const id = idOf(await workspace.post('/domains', { domain }));
  stack.ses.identities.verify(domain);
  const { body } = await workspace.post(`/domains/${id}/refresh`, {});
  expect(body).toMatchObject({ status: 'verified' });
  return id;
}

/** What becomes of mail from an address in each of the ways in which it can be sent. */
async function outcomesOf(workspace: TestWorkspace, from: string) {
  const templateId = await workspace.aTemplate({ senderProfileId: null });
  const item = codeOf(await sendOne(workspace, anItem({ templateId, from })));
  const emails = [anEmail({ from })];
  const batch = emailsOf(await workspace.post('/emails/batch', { emails })).emails[0]?.status;
  const dry = await workspace.post('/emails/batch?dryRun=true', { items: [anItem({ templateId, from })] });
  const one = await workspace.post('/emails', anEmail({ from }));
  const profile = await workspace.post('/sender-profiles', { name: 'S', fromEmail: from });
  const ofProfile = anItem({ templateId, senderProfileId: idOf(profile) });
  return {
    item,
    batch,
    dry: Reflect.get(Object(dry.body), 'accepted'),
    one: Reflect.get(Object(Reflect.get(Object(one.body), 'email')), 'status'),
    verified: Reflect.get(Object(profile.body), 'verified'),
    profile: codeOf(await sendOne(workspace, ofProfile)),
  };
}

const accepted = {
  item: 'accepted',
  batch: 'queued',
  dry: 1,
  one: 'queued',
  verified: true,
  profile: 'accepted',
};
const refused = {
  item: 'sender_not_verified',
  batch: 'failed',
  dry: 0,
  one: 'failed',
  verified: false,
  profile: 'sender_not_verified',
};

describe('a verified domain stands for what is below it:', () => {
  beforeAll(async () => {
    await verified(ours, 'parent.example');
    await verified(ours, 'xn--mnchen-3ya.example');
    await verified(ours, 'shop.co.uk');
  });

  test.each([
    ['news@mail.parent.example'],
    ['News@MAIL.Parent.Example'],
    ['a@deep.below.mail.parent.example'],
    ['post@grüße.münchen.example'],
    ['x@eu.shop.co.uk'],
  ])('mail from %s is accepted here, and nowhere else', async (from) => {
    expect(await outcomesOf(theirs, from)).toEqual(refused);
    expect(await outcomesOf(ours, from)).toEqual(accepted);
  });

  test.each([
    ['a@notparent.example'],
    ['a@parent.example.evil.example'],
    ['a@mail-parent.example'],
    ['a@other.co.uk'],
    ['a@example.example'],
  ])('and not for %s', async (from) => {
    expect(await outcomesOf(ours, from)).toEqual(refused);
  });

  test('not while it is waiting', async () => {
    await ours.post('/domains', { domain: 'waits.example' });
    expect(await outcomesOf(ours, 'a@mail.waits.example')).toEqual(refused);
  });

  test('also where one below it is registered and waits, here or elsewhere', async () => {
    await verified(ours, 'over.example');
    await ours.post('/domains', { domain: 'own.over.example' });
    expect((await theirs.post('/domains', { domain: 'foreign.over.example' })).status).toBe(201);
    expect(await outcomesOf(ours, 'a@own.over.example')).toEqual(accepted);
    expect(await outcomesOf(theirs, 'a@foreign.over.example')).toEqual(refused);
    expect(await outcomesOf(ours, 'a@foreign.over.example')).toEqual(accepted);
  });

  test('until it is deleted', async () => {
    const id = await verified(ours, 'gone.example');
    expect(await outcomesOf(ours, 'a@mail.gone.example')).toEqual(accepted);
    await callAs(stack.api, ours, ['DELETE', `/domains/${id}`]);
    const templateId = await ours.aTemplate({ senderProfileId: null });
    for (const from of ['a@mail.gone.example', 'b@mail.gone.example']) {
      expect(codeOf(await sendOne(ours, anItem({ templateId, from })))).toBe('sender_not_verified');
    }
  });
});

describe('of two verified domains the nearer one decides:', () => {
  test('a subdomain that another workspace has verified is that one’s, with all below it', async () => {
    await verified(ours, 'split.example');
    await verified(theirs, 'mail.split.example');
    for (const from of ['a@mail.split.example', 'a@x.mail.split.example']) {
      expect(await outcomesOf(ours, from)).toEqual(refused);
      expect(await outcomesOf(theirs, from)).toEqual(accepted);
    }
    expect(await outcomesOf(ours, 'a@other.split.example')).toEqual(accepted);
    expect(await outcomesOf(theirs, 'a@other.split.example')).toEqual(refused);
  });

  test('whichever was there first', async () => {
    await verified(theirs, 'mail.late.example');
    await verified(ours, 'late.example');
    expect(await outcomesOf(ours, 'a@mail.late.example')).toEqual(refused);
    expect(await outcomesOf(theirs, 'a@mail.late.example')).toEqual(accepted);
    expect(await outcomesOf(ours, 'a@www.late.example')).toEqual(accepted);
  });

  test('and below it again the next one', async () => {
    await verified(ours, 'three.example');
    await verified(theirs, 'b.three.example');
    await verified(ours, 'a.b.three.example');
    expect(await outcomesOf(ours, 'x@a.b.three.example')).toEqual(accepted);
    expect(await outcomesOf(theirs, 'x@a.b.three.example')).toEqual(refused);
    expect(await outcomesOf(theirs, 'x@b.three.example')).toEqual(accepted);
  });
});

describe('an address that SES verified by itself', () => {
  test('at a subdomain stays its workspace’s when another one verifies the domain above later', async () => {
    stack.verifyAtSes('they@mail.alone.example');
    const made = await theirs.post('/sender-profiles', { name: 'S', fromEmail: 'they@mail.alone.example' });
    expect(made.body).toMatchObject({ verified: true });
    await verified(ours, 'alone.example');
    expect(await outcomesOf(ours, 'they@mail.alone.example')).toEqual(refused);
    expect(await outcomesOf(ours, 'we@other.alone.example')).toEqual(accepted);
  });

  test('below another workspace’s verified domain proves nothing', async () => {
    await verified(ours, 'above.example');
    stack.verifyAtSes('they@mail.above.example');
    const made = await theirs.post('/sender-profiles', { name: 'S', fromEmail: 'they@mail.above.example' });
    expect(made.body).toMatchObject({ verified: false });
    const again = await theirs.post(`/sender-profiles/${idOf(made)}/refresh`, {});
    expect(errorOf(again)).toMatchObject({ status: 409, code: 'state_conflict' });
  });
});

test('a domain that SES knows and nobody registered speaks for a sender below it, of one workspace', async () => {
  stack.verifyAtSes('known.example');
  const make = (workspace: TestWorkspace, fromEmail: string) =>
    workspace.post('/sender-profiles', { name: 'S', fromEmail });
  expect((await make(ours, 'a@mail.known.example')).body).toMatchObject({ verified: true });
  expect((await make(theirs, 'b@mail.known.example')).body).toMatchObject({ verified: false });
});

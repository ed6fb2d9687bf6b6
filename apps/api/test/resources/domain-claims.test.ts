import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idOf } from '@postroom/testkit';
import { anItem, codeOf, sendOne } from '../contract/batch-items.ts';
import type { Answer, TestWorkspace } from '../start-api.ts';
import { atOnce, errorOf, unknownId } from './start-resources.ts';
import { type ApiWithSes, callAs, startWithSes } from './start-with-ses.ts';

let stack: ApiWithSes;
let ours: TestWorkspace;
let theirs: TestWorkspace;

beforeAll(async () => {
  stack = await startWithSes('ses');
  [ours, theirs] = [await stack.api.makeWorkspace(), await stack.api.makeWorkspace()];
});
afterAll(() => stack.stop());

const register = (workspace: TestWorkspace, domain: string) => workspace.post('/domains', { domain });
const refresh = (workspace: TestWorkspace, path: string) => workspace.post(`${path}/refresh`, {});
const makeSender = (workspace: TestWorkspace, fromEmail: string) =>
  workspace.post('/sender-profiles', { name: 'Sender', fromEmail });
const refreshSender = (workspace: TestWorkspace, made: Answer) =>
  refresh(workspace, `/sender-profiles/${idOf(made)}`);

async function send(workspace: TestWorkspace, sender: object) {
  const templateId = await workspace.aTemplate({ senderProfileId: null });
  return codeOf(await sendOne(workspace, anItem({ templateId, ...sender })));
}

function expectHeld(answer: Answer): void {
  expect(errorOf(answer)).toEqual({ status: 409, code: 'state_conflict', details: undefined });
  expect(JSON.stringify(answer.body)).not.toContain(ours.id);
}

/** A sender of theirs that is not verified and cannot become so, and mail from it that is refused. */
async function expectNoSenderOfTheirs(fromEmail: string): Promise<void> {
  const made = await makeSender(theirs, fromEmail);
  expect(made).toMatchObject({ status: 201, body: { verified: false } });
  expectHeld(await refreshSender(theirs, made));
  expect(await send(theirs, { senderProfileId: idOf(made) })).toBe('sender_not_verified');
  expect(await send(theirs, { from: fromEmail })).toBe('sender_not_verified');
}

describe('a domain that one workspace registered', () => {
  test('and verified makes nothing of another workspace verified, and cannot be registered there', async () => {
    const id = idOf(await register(ours, 'ours.example'));
    stack.ses.identities.verify('ours.example');
    expect((await refresh(ours, `/domains/${id}`)).body).toMatchObject({ status: 'verified' });
    const before = stack.creationsAtSes();
    expectHeld(await register(theirs, 'OURS.example'));
    expect(stack.creationsAtSes()).toBe(before);
    await expectNoSenderOfTheirs('ceo@ours.example');
    expect(await send(ours, { from: 'ceo@ours.example' })).toBe('accepted');
  });

  test('and is waiting for is theirs neither, nor when SES has found the records that we published', async () => {
    const id = idOf(await register(ours, 'waiting.example'));
    expectHeld(await register(theirs, 'waiting.example'));
    stack.ses.identities.verify('waiting.example');
    expectHeld(await register(theirs, 'waiting.example'));
    await expectNoSenderOfTheirs('ceo@waiting.example');
    expect((await refresh(ours, `/domains/${id}`)).body).toMatchObject({ status: 'verified' });
  });

  test('cannot be reached by changing the address of a sender that is verified', async () => {
    await register(ours, 'changed.example');
    stack.verifyAtSes('changed.example');
    stack.verifyAtSes('they@elsewhere.example');
    const made = await makeSender(theirs, 'they@elsewhere.example');
    expect(made.body).toMatchObject({ verified: true });
    const path = `/sender-profiles/${idOf(made)}`;
    const changed = await callAs(stack.api, theirs, ['PATCH', path, { fromEmail: 'ceo@changed.example' }]);
    expect(changed.body).toMatchObject({ fromEmail: 'ceo@changed.example', verified: false });
    expectHeld(await refresh(theirs, path));
  });

  test.each([
    ['GET', ''],
    ['POST', '/refresh'],
    ['DELETE', ''],
  ] as const)('is not found there by %s :id%s, like one that does not exist', async (method, action) => {
    const id = idOf(await register(ours, `${method}.example`.toLowerCase()));
    const errors = [];
    for (const name of [id, unknownId, 'no-id']) {
      errors.push(errorOf(await callAs(stack.api, theirs, [method, `/domains/${name}${action}`])));
    }
    expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
    expect(errors[0]).toMatchObject({ status: 404, code: 'not_found' });
    expect((await ours.get(`/domains/${id}`)).status).toBe(200);
    expect((await theirs.get('/domains')).body).toEqual({ data: [], nextCursor: null });
  });

  test('can be registered by another once it was deleted', async () => {
    const id = idOf(await register(ours, 'passed-on.example'));
    stack.ses.identities.verify('passed-on.example');
    await refresh(ours, `/domains/${id}`);
    expect((await makeSender(ours, 'a@passed-on.example')).body).toMatchObject({ verified: true });
    expectHeld(await register(theirs, 'passed-on.example'));
    await callAs(stack.api, ours, ['DELETE', `/domains/${id}`]);
    const free = await stack.api.makeWorkspace();
    expect((await register(free, 'passed-on.example')).status).toBe(201);
    expectHeld(await register(ours, 'passed-on.example'));
  });

  test('by twenty requests of ten workspaces at once is one workspace’s, and stored once', async () => {
    const workspaces = await atOnce(10, () => stack.api.makeWorkspace());
    const answers = await Promise.all(
      [...workspaces, ...workspaces].map((workspace) => register(workspace, 'race.example')),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)]);
    expect(await stack.api.prisma.domain.count({ where: { domain: 'race.example' } })).toBe(1);
  });
});

describe('a domain that SES knows as verified and nobody registered', () => {
  test('is the workspace’s whose sender was verified through it', async () => {
    stack.verifyAtSes('console.example');
    expect((await makeSender(ours, 'a@console.example')).body).toMatchObject({ verified: true });
    expect((await makeSender(ours, 'b@console.example')).body).toMatchObject({ verified: true });
    await expectNoSenderOfTheirs('a@console.example');
    await expectNoSenderOfTheirs('c@console.example');
    expectHeld(await register(theirs, 'console.example'));
    expect((await register(ours, 'console.example')).body).toMatchObject({ status: 'verified' });
  });

  test('is one workspace’s when senders at it are verified by several at once', async () => {
    const workspaces = await atOnce(8, () => stack.api.makeWorkspace());
    const made = await Promise.all(
      workspaces.map((workspace, at) => makeSender(workspace, `s${at}@both.example`)),
    );
    stack.verifyAtSes('both.example');
    const answers = await Promise.all(
      workspaces.map((workspace, at) => {
        const sender = made[at];
        return sender === undefined ? register(workspace, 'both.example') : refreshSender(workspace, sender);
      }),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(409)]);
  });
});

describe('an address that SES verified by itself', () => {
  test('is one workspace’s; another address of its domain is free', async () => {
    stack.verifyAtSes('ann@mail.example');
    stack.verifyAtSes('bob@mail.example');
    expect((await makeSender(ours, 'ann@mail.example')).body).toMatchObject({ verified: true });
    await expectNoSenderOfTheirs('Ann@mail.example');
    expect((await makeSender(theirs, 'bob@mail.example')).body).toMatchObject({ verified: true });
    expectHeld(await register(theirs, 'mail.example'));
  });

  test('is not kept from its workspace by another that registered the domain and has not verified it', async () => {
    expect((await register(ours, 'provider.example')).status).toBe(201);
    stack.verifyAtSes('bob@provider.example');
    expect((await makeSender(theirs, 'bob@provider.example')).body).toMatchObject({ verified: true });
    stack.ses.identities.verify('provider.example');
    expect((await makeSender(ours, 'ann@provider.example')).body).toMatchObject({ verified: true });
  });

  test('of a domain that another workspace has verified is that workspace’s, be SES’s word on it old', async () => {
    const id = idOf(await register(ours, 'staff.example'));
    stack.ses.identities.verify('staff.example');
    await refresh(ours, `/domains/${id}`);
    stack.ses.identities.remove('staff.example');
    stack.verifyAtSes('bob@staff.example');
    await expectNoSenderOfTheirs('bob@staff.example');
  });
});

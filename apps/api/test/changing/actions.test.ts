import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ActionResource, actionSchema, maxOpenActions } from '@postroom/contracts';
import { type DoActionPieceDeps, doActionPiece, newId, type SendJob } from '@postroom/core';
import { ActionStore, DirectoryStore, SendChangeStore, SendReadStore } from '@postroom/db';
import { atOnce, errorOf } from '../contract/batch-items.ts';
import { type Answer, type Json, startApi, type TestApi } from '../start-api.ts';
import { type Changing, rowOf, startChanging } from './start-changing.ts';

let api: TestApi;
let mail: Changing;
let told: SendJob[];

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  mail = await startChanging(api);
  told = [];
  // What other tests left behind is theirs.
  await api.prisma.action.deleteMany();
});

/** What a worker does the pieces with. */
const deps = (): DoActionPieceDeps => ({
  actions: new ActionStore(api.prisma),
  sends: new SendReadStore(api.prisma),
  changes: new SendChangeStore(api.prisma),
  directory: new DirectoryStore(api.sql),
  queue: { add: async (jobs) => void told.push(...jobs) },
  onQueueTrouble: (error) => {
    throw error;
  },
});

const answered = ({ body }: Answer): ActionResource => actionSchema.strict().parse(body);

const ask = (action: string, filter: Json = {}) => mail.workspace.post('/emails/actions', { action, filter });

async function asked(action: string, filter: Json = {}): Promise<ActionResource> {
  const answer = await ask(action, filter);
  expect(answer.status).toBe(201);
  return answered(answer);
}

const read = async (id: string) => answered(await mail.workspace.get(`/emails/actions/${id}`));

/** Does pieces of so many sends until there is none to do. */
async function finish(limit = 2): Promise<void> {
  while ((await doActionPiece(deps(), { limit })) !== null);
}

const failure = { failureClass: 'rejected', failureMessage: 'SES refused the message.' };
const failed = (count: number) =>
  Promise.all(Array.from({ length: count }, () => mail.aSendThatIs('Failed', failure)));

const statusesOf = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await rowOf(api, id)).status));

describe('an action on many emails', () => {
  test('retries those that failed, each once and with one job, and says how far it is', async () => {
    const ids = await failed(5);
    const sent = await mail.aSendThatIs('Sent');
    const action = await asked('retry');
    expect(action).toMatchObject({ state: 'running', matched: 5, matchedIsEstimate: false, done: 0 });
    await doActionPiece(deps(), { limit: 2 });
    expect(await read(action.id)).toMatchObject({ state: 'running', done: 2, finishedAt: null });
    await finish();
    expect(await read(action.id)).toMatchObject({ state: 'done', done: 5, refused: {} });
    expect(await statusesOf([...ids, sent])).toEqual([...ids.map(() => 'Queued'), 'Sent']);
    expect(told.map(({ sendId, epoch }) => `${sendId} ${epoch}`).sort()).toEqual(
      ids.map((id) => `${id} 1`).sort(),
    );
  });

  test('retries through the account that the sender profile has by now', async () => {
    const [id = ''] = await failed(1);
    const accountId = await mail.useAnotherAccount();
    await asked('retry');
    await finish();
    expect(await rowOf(api, id)).toMatchObject({ status: 'Queued', accountId });
    expect(told).toMatchObject([{ sendId: id, accountId }]);
  });

  test('retries nothing twice: not what it retried itself, and not what somebody else did', async () => {
    const [first = '', second = '', third = ''] = (await failed(3)).toSorted().toReversed();
    const action = await asked('retry');
    await doActionPiece(deps(), { limit: 1 });
    // The one that it retried fails anew, one that it has not come to was retried and failed anew.
    const again = { ...failure, status: 'Failed', updatedAt: new Date(Date.now() + 1_000) } as const;
    for (const id of [first, second]) await api.prisma.emailSend.update({ where: { id }, data: again });
    await finish(1);
    expect(await read(action.id)).toMatchObject({ done: 2, refused: { changed_since: 1 } });
    expect(await statusesOf([first, second, third])).toEqual(['Failed', 'Failed', 'Queued']);
    expect(await rowOf(api, first)).toMatchObject({ epoch: 1 });
  });

  test('says why it left some as they were', async () => {
    await mail.aSendThatIs('Failed', { ...failure, failureClass: 'idempotency_key_reuse' });
    // Refused for it when they came in, or verified then and no more.
    for (const failureClass of ['sender_not_verified', 'unreachable']) {
      await mail.aSendThatIs('Failed', { failureClass, fromEmail: `a@${newId()}.test` });
    }
    await mail.aSendThatIs('Failed', { ...failure, toKey: 'erased' });
    const action = await asked('retry');
    await finish();
    expect(await read(action.id)).toMatchObject({
      state: 'done',
      done: 0,
      refused: { never_accepted: 1, sender_not_verified: 2, recipient_erased: 1 },
    });
  });

  test('cancels what waits and nothing that a worker has', async () => {
    const waiting = [await mail.aSendThatIs('Scheduled'), await mail.aSendThatIs('Queued')];
    const others = [await mail.aSendThatIs('Processing'), await mail.aSendThatIs('Sent')];
    const action = await asked('cancel', { status: 'queued' });
    // A worker had it meanwhile, and SES took no more just then.
    const givenBack = { updatedAt: new Date(Date.now() + 1_000) };
    await api.prisma.emailSend.update({ where: { id: waiting[1] ?? '' }, data: givenBack });
    await finish();
    expect(await read(action.id)).toMatchObject({ matched: 2, done: 2, refused: {} });
    expect(await statusesOf([...waiting, ...others])).toEqual(['Canceled', 'Canceled', 'Processing', 'Sent']);
  });

  test('leaves alone what is accepted later, and what its filter does not let through', async () => {
    const tagged = await mail.aSend({ tags: ['spring'] });
    const other = await mail.aSend({ tags: ['autumn'] });
    const action = await asked('cancel', { tag: 'spring' });
    const later = await mail.aSend({ tags: ['spring'] });
    await finish();
    expect(await statusesOf([tagged.id, other.id, later.id])).toEqual(['Canceled', 'Queued', 'Queued']);
    const { done, refused } = await read(action.id);
    expect({ done, refused }).toEqual({ done: 1, refused: {} });
  });

  test('that was stopped changes nothing more, not even the piece that was in hand', async () => {
    const ids = await failed(2);
    const action = await asked('retry');
    const claimed = await deps().actions.claim();
    expect(claimed).toMatchObject({ id: action.id });
    expect(answered(await mail.post(`/emails/actions/${action.id}/stop`))).toMatchObject({
      state: 'stopped',
      done: 0,
    });
    const change = { kind: 'retry', requests: ids.map((id) => ({ id, epoch: 0, sender: null })) } as const;
    if (claimed === null) throw new Error('nothing was claimed');
    expect(await deps().actions.record(claimed, { change, cursor: null, refused: {} })).toBeNull();
    await finish();
    expect(await statusesOf(ids)).toEqual(['Failed', 'Failed']);
    expect((await mail.post(`/emails/actions/${action.id}/stop`)).status).toBe(200);
  });

  test('is taken up when the lease of a dead worker has ended, which then records nothing', async () => {
    const ids = await failed(2);
    const action = await asked('retry');
    const dead = await deps().actions.claim();
    expect(await doActionPiece(deps())).toBeNull();
    await api.prisma.action.update({ where: { id: action.id }, data: { notBefore: new Date(0) } });
    await finish();
    const change = { kind: 'retry', requests: ids.map((id) => ({ id, epoch: 1, sender: null })) } as const;
    if (dead === null) throw new Error('nothing was claimed');
    expect(await deps().actions.record(dead, { change, cursor: null, refused: {} })).toBeNull();
    expect(await read(action.id)).toMatchObject({ state: 'done', done: 2 });
  });

  test('looks at so many emails in a piece, and goes on from there where it found none', async () => {
    const rare = await failed(1);
    for (let at = 0; at < 5; at += 1) {
      await mail.aSendThatIs('Failed', { ...failure, failureMessage: 'Another reason.' });
    }
    const action = await asked('retry', { failure_cause: failure.failureMessage });
    const cursors = new Set<string | null>();
    for (let at = 0; at < 2; at += 1) {
      expect(await doActionPiece(deps(), { most: 2 })).toMatchObject({ isDone: false });
      const row = await api.prisma.action.findUniqueOrThrow({ where: { id: action.id } });
      expect(row).toMatchObject({ state: 'running', done: 0, leaseToken: null });
      cursors.add(row.cursor);
    }
    expect(cursors.size).toBe(2);
    while ((await doActionPiece(deps(), { most: 2 })) !== null);
    expect(await read(action.id)).toMatchObject({ state: 'done', done: 1, refused: {} });
    expect(await statusesOf(rare)).toEqual(['Queued']);
  });

  test('that this version does not understand is left to newer workers, keeps none waiting, and is stopped in the end', async () => {
    const ids = await failed(1);
    const strange = await asked('retry');
    await api.prisma.action.update({ where: { id: strange.id }, data: { filter: { colour: 'red' } } });
    mail = await startChanging(api);
    const other = await asked('cancel');
    expect(await deps().actions.claim()).toMatchObject({ id: other.id });
    const left = await api.prisma.action.findUniqueOrThrow({ where: { id: strange.id } });
    expect(left).toMatchObject({ state: 'running', leaseToken: null, refused: {} });
    expect(left.notBefore.getTime()).toBeGreaterThan(Date.now() + 30_000);
    await api.prisma.action.update({
      where: { id: strange.id },
      data: { notBefore: new Date(0), leftSince: new Date(Date.now() - 700_000) },
    });
    expect(await deps().actions.claim()).toBeNull();
    expect(await api.prisma.action.findUniqueOrThrow({ where: { id: strange.id } })).toMatchObject({
      state: 'stopped',
      finishedAt: expect.any(Date),
      refused: { not_understood: 1 },
    });
    expect(await statusesOf(ids)).toEqual(['Failed']);
  });

  test('that this version does not understand goes on, however old it is, while newer workers work at it', async () => {
    await failed(2);
    const { id } = await asked('retry');
    const change = (data: Parameters<typeof api.prisma.action.update>[0]['data']) =>
      api.prisma.action.update({ where: { id }, data: { notBefore: new Date(0), ...data } });
    const longAgo = new Date(Date.now() - 700_000);
    const state = async () => (await api.prisma.action.findUniqueOrThrow({ where: { id } })).state;
    // Until now it waited for others of its workspace.
    await change({ filter: { colour: 'red' }, createdAt: longAgo });
    expect([await deps().actions.claim(), await state()]).toEqual([null, 'running']);
    await change({ filter: {}, createdAt: new Date(), leftSince: longAgo });
    expect(await doActionPiece(deps(), { most: 1 })).toMatchObject({ isDone: false });
    await change({ filter: { colour: 'red' }, createdAt: longAgo });
    expect([await deps().actions.claim(), await state()]).toEqual([null, 'running']);
    await change({ filter: {}, leftSince: longAgo });
    const claimed = await deps().actions.claim();
    if (claimed === null) throw new Error('it was not due');
    await deps().actions.release(claimed);
    await change({ filter: { colour: 'red' } });
    expect([await deps().actions.claim(), await state()]).toEqual([null, 'running']);
  });

  test('waits for the one before it in its workspace, and for no other workspace’s', async () => {
    await failed(2);
    const first = await asked('retry');
    const second = await asked('cancel');
    expect(await deps().actions.claim()).toMatchObject({ id: first.id });
    expect(await deps().actions.claim()).toBeNull();
    mail = await startChanging(api);
    const elsewhere = await asked('cancel');
    expect(await deps().actions.claim()).toMatchObject({ id: elsewhere.id });
    expect((await api.prisma.action.findUniqueOrThrow({ where: { id: second.id } })).leaseToken).toBeNull();
  });
});

describe('asking for an action', () => {
  test('with the same key answers the same one, and with another body is refused', async () => {
    const headers = { 'x-api-key': mail.workspace.key, 'idempotency-key': newId() };
    const post = (body: Json) => api.call('/api/v1/emails/actions', { method: 'POST', headers, body });
    const body = { action: 'cancel', filter: { tag: 'a' } };
    const answers = await atOnce(5, () => post(body));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map((answer) => answered(answer).id)).size).toBe(1);
    expect(errorOf(await post({ ...body, action: 'retry' }))).toMatchObject({
      status: 409,
      error: 'idempotency_key_reuse',
    });
  });

  test(`is refused beyond ${maxOpenActions} that wait, however many ask at once; exports do not wait`, async () => {
    const answers = await atOnce(maxOpenActions + 5, () => ask('retry'));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(maxOpenActions);
    expect(errorOf(await ask('cancel'))).toMatchObject({ status: 409, error: 'state_conflict' });
    await asked('export');
    // Those of the other mode have room of their own.
    const headers = { 'x-api-key': await mail.workspace.makeKey(['full'], 'test') };
    const body = { action: 'cancel', filter: {} };
    expect((await api.call('/api/v1/emails/actions', { method: 'POST', headers, body })).status).toBe(201);
  });

  test.each([
    ['retry', { status: 'Sent' }, 'filter.status'],
    ['cancel', { status: 'failed' }, 'filter.status'],
    ['retry', { colour: 'red' }, 'filter'],
    ['delete', {}, 'action'],
    ['retry', { template_id: 'x' }, 'filter.template_id'],
  ])('%s of %j is refused and says what is wrong', async (action, filter, path) => {
    const error = errorOf(await ask(action, filter));
    expect(error).toMatchObject({ status: 400, error: 'validation_failed' });
    expect(JSON.stringify(error.details)).toContain(`"${path}`);
  });

  test('needs the scope of what is done', async () => {
    const post = async (scopes: readonly string[], action: string) => {
      const headers = { 'x-api-key': await mail.workspace.makeKey(scopes) };
      const body = { action, filter: {} };
      return (await api.call('/api/v1/emails/actions', { method: 'POST', headers, body })).status;
    };
    expect(await post(['emails:read'], 'retry')).toBe(403);
    expect(await post(['emails:read'], 'export')).toBe(201);
    expect(await post(['emails:write'], 'export')).toBe(403);
    expect(await post(['templates:read'], 'export')).toBe(403);
  });

  test('with a test key is about what test keys made', async () => {
    const ids = await failed(1);
    const headers = { 'x-api-key': await mail.workspace.makeKey(['full'], 'test') };
    const body = { action: 'retry', filter: {} };
    const answer = await api.call('/api/v1/emails/actions', { method: 'POST', headers, body });
    expect(answered(answer)).toMatchObject({ matched: 0 });
    await finish();
    expect(await statusesOf(ids)).toEqual(['Failed']);
  });
});

describe('the file of an export', () => {
  const fileOf = async (id: string) => {
    const headers = { 'x-api-key': mail.workspace.key };
    const response = await fetch(`${api.origin}/api/v1/emails/actions/${id}/export`, { headers });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return response.text();
  };

  test('has a line for each email that was there, newest first, and no cell that is a formula', async () => {
    const first = await mail.aSend({ tags: ['file'], subject: '=1+1' });
    const second = await mail.aSend({ tags: ['file'], to: { email: 'ada@example.com' } });
    const { id, ...action } = await asked('export', { tag: 'file' });
    expect(action).toMatchObject({ state: 'done', matched: 2 });
    await mail.aSend({ tags: ['file'] });
    const [head, ...lines] = (await fileOf(id)).trimEnd().split('\r\n');
    expect(head).toMatch(/^id,status,delivery,to,from,subject,/);
    expect(lines.map((line) => line.split(',')[0])).toEqual([second.id, first.id]);
    expect(lines[0]).toContain(',ada@example.com,');
    expect(lines[1]).toContain(",'=1+1,");
  });

  test('is there for exports alone', async () => {
    const { id } = await asked('retry');
    expect(errorOf(await mail.workspace.get(`/emails/actions/${id}/export`))).toMatchObject({ status: 409 });
  });
});

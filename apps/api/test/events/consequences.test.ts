import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ErasureStore, EventStore } from '@postroom/db';
import { parseSesEvent } from '@postroom/provider-ses';
import fc from 'fast-check';
import { accept, anItem } from '../contract/batch-items.ts';
import { type Answer, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { bodyOf, copy, inAnyOrder, type PayloadName, payloads, primary } from './ses-payloads.ts';

let api: TestApi;
/** An hour ago: when all events of these tests happened. */
let now: Date;

beforeAll(async () => {
  api = await startApi();
  now = new Date(Date.now() - 3_600_000);
});
afterAll(() => api.close());

type Made = { readonly workspace: TestWorkspace; readonly sendId: string; readonly groupId: string };

/** A send to `primary` with `copy` in cc, in a group of a workspace of its own. */
async function aSend(overrides = {}): Promise<Made> {
  const workspace = await api.makeWorkspace();
  const templateId = await workspace.aTemplate();
  const groupId = await workspace.aGroup({ type: 'OptOut' });
  const item = anItem({
    templateId,
    to: { email: primary },
    cc: copy,
    subscriptionGroupId: groupId,
    ...overrides,
  });
  return { workspace, groupId, sendId: (await accept(workspace, item)).id };
}

const store = () => new EventStore(api.sql);

function eventsOf(name: PayloadName, sendId: string) {
  const parsed = parseSesEvent(bodyOf(name, sendId));
  if (parsed.kind !== 'event') throw new Error(`${name}: ${parsed.reason}`);
  return parsed.events.map((event) => ({ ...event, occurredAt: now }));
}

async function report({ sendId }: Made, names: readonly PayloadName[]): Promise<void> {
  for (const name of names) await store().record(eventsOf(name, sendId));
}

/** Everything that events change. */
async function stateOf({ workspace, sendId, groupId }: Made) {
  const { prisma } = api;
  const where = { workspaceId: workspace.id };
  const send = await prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } });
  const suppressions = await prisma.suppression.findMany({ where, orderBy: { emailKey: 'asc' } });
  const { _sum: counts } = await prisma.deliveryCount.aggregate({
    where,
    _sum: { delivered: true, bounced: true, complained: true },
  });
  const left = await prisma.subscription.findMany({
    where: { groupId, subscribed: false },
    include: { profile: true },
  });
  return {
    delivery: send.delivery,
    suppressions: suppressions.map(
      ({ email, reason, origin, expiresAt }) =>
        `${email} ${reason} ${origin} ${expiresAt === null ? 'for good' : (expiresAt.getTime() - now.getTime()) / 86_400_000}`,
    ),
    counts: [counts.delivered ?? 0, counts.bounced ?? 0, counts.complained ?? 0],
    left: left.map(({ profile }) => profile.email),
  };
}

const bounceOf = (email: string) => `${email} Bounce event for good`;
const refusedOf = (email: string) => `${email} Bounce provider for good`;

/** What each says: delivery, suppressions, deliveries, bounces and complaints that count, and who left the group. */
const consequences: Readonly<Record<PayloadName, readonly [string | null, string[], number[], string[]?]>> = {
  send: [null, [], [0, 0, 0]],
  delivery: ['delivered', [], [1, 0, 0]],
  deliveryOfCopy: [null, [], [1, 0, 0]],
  delay: ['delayed', [], [0, 0, 0]],
  expired: ['bounced', [], [0, 0, 0]],
  undetermined: ['bounced', [], [0, 0, 0]],
  mailboxFull: ['bounced', [], [0, 0, 0]],
  tooLarge: ['bounced', [], [0, 0, 0]],
  contentRejected: ['bounced', [], [0, 0, 0]],
  fileRejected: ['bounced', [], [0, 0, 0]],
  hardBounce: ['bounced', [bounceOf(primary)], [0, 1, 0]],
  noEmail: ['bounced', [bounceOf(primary)], [0, 1, 0]],
  ofNewSubType: ['bounced', [bounceOf(primary)], [0, 1, 0]],
  hardBounceOfCopy: [null, [bounceOf(copy)], [0, 1, 0]],
  globallySuppressed: ['bounced', [refusedOf(primary)], [0, 1, 0]],
  suppressed: ['bounced', [refusedOf(primary)], [0, 0, 0]],
  suppressedByTenant: ['bounced', [refusedOf(primary)], [0, 0, 0]],
  unsubscribed: ['bounced', [], [0, 0, 0], [primary]],
  notValid: ['bounced', [`${primary} Bounce provider 30`], [0, 0, 0]],
  ofNewType: [null, [], [0, 0, 0]],
  complaint: ['complained', [`${primary} Complaint event for good`], [0, 0, 1]],
  complaintOfCopy: [null, [`${copy} Complaint event for good`], [0, 0, 1]],
  notSpam: [null, [], [0, 0, 0]],
  complaintSuppressed: ['bounced', [`${primary} Complaint provider for good`], [0, 0, 0]],
  reject: ['bounced', [], [0, 0, 0]],
  renderingFailure: [null, [], [0, 0, 0]],
  click: [null, [], [0, 0, 0]],
  subscription: [null, [], [0, 0, 0]],
  newEvent: [null, [], [0, 0, 0]],
  open: [null, [], [0, 0, 0]],
};

const names = Object.keys(payloads).filter((name): name is PayloadName => Object.hasOwn(payloads, name));

test.each(names)('%s has its consequences, and stands in the history', async (name) => {
  const made = await aSend();
  await report(made, [name]);
  const [delivery, suppressions, counts, left = []] = consequences[name];
  expect(await stateOf(made)).toEqual({ delivery, suppressions, counts, left });
  expect(await api.prisma.emailEvent.count({ where: { sendId: made.sendId } })).toBe(1);
});

test('what a bounce says stands in the history, without addresses', async () => {
  const made = await aSend();
  await report(made, ['hardBounce', 'notValid', 'newEvent']);
  const { body } = await made.workspace.get(`/emails/${made.sendId}/events`);
  expect(JSON.stringify(body)).not.toContain('@');
  expect(body).toMatchObject({
    events: expect.arrayContaining([
      expect.objectContaining({
        type: 'bounced',
        bounceType: 'Permanent',
        bounceSubType: 'General',
        diagnostic: 'smtp; 550 5.1.1 <<address>>... User unknown',
        provider: false,
      }),
      expect.objectContaining({
        type: 'bounced',
        bounceSubType: 'EmailValidationSuppressed',
        provider: true,
      }),
      expect.objectContaining({ type: 'other', detail: { eventType: 'Something New' } }),
    ]),
  });
});

test('any order and any repetition ends in the same delivery, suppressions, unsubscriptions and counts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(names, { minLength: 2, maxLength: 6 }),
      fc.infiniteStream(fc.nat(1_000)),
      async (chosen, picks) => {
        const [one, other] = [await aSend(), await aSend()];
        await report(one, chosen);
        const next = () => Number(picks.next().value ?? 0);
        const shuffled = inAnyOrder(chosen, next);
        // Some in one statement, as they come out of a queue.
        const together = next() % 3;
        await store().record(shuffled.slice(0, together).flatMap((name) => eventsOf(name, other.sendId)));
        await report(other, shuffled.slice(together));
        expect([shuffled, await stateOf(other)]).toEqual([shuffled, await stateOf(one)]);
      },
    ),
    { numRuns: 25 },
  );
});

test('the same events from many sides at once count once', async () => {
  const made = await aSend();
  const chosen = ['hardBounce', 'complaint', 'delivery', 'notValid', 'unsubscribed'] as const;
  await Promise.all([...chosen, ...chosen, ...chosen].map((name) => report(made, [name])));
  expect(await stateOf(made)).toEqual({
    delivery: 'complained',
    suppressions: [`${primary} Complaint event for good`],
    counts: [1, 1, 1],
    left: [primary],
  });
});

test('who unsubscribed at SES from several groups leaves each of them, also when that is reported at once', async () => {
  const made = await aSend();
  const { workspace } = made;
  const groupId = await workspace.aGroup({ type: 'OptOut' });
  const templateId = await workspace.aTemplate();
  const item = anItem({ templateId, to: { email: primary }, subscriptionGroupId: groupId });
  const other = { workspace, groupId, sendId: (await accept(workspace, item)).id };
  await api.prisma.emailSend.updateMany({ where: { workspaceId: workspace.id }, data: { profileId: null } });
  await api.prisma.profile.deleteMany({ where: { workspaceId: workspace.id } });
  await store().record([made, other].flatMap(({ sendId }) => eventsOf('unsubscribed', sendId)));
  expect([(await stateOf(made)).left, (await stateOf(other)).left]).toEqual([[primary], [primary]]);
});

describe('a suppression', () => {
  test('that was lifted stays lifted when its event is repeated', async () => {
    const made = await aSend();
    await report(made, ['hardBounce']);
    await api.prisma.suppression.deleteMany({ where: { workspaceId: made.workspace.id } });
    await report(made, ['hardBounce']);
    expect((await stateOf(made)).suppressions).toEqual([]);
    await report(made, ['complaint']);
    expect((await stateOf(made)).suppressions).toHaveLength(1);
  });

  test('is of the one recipient of a mail, whatever address theirs was forwarded to', async () => {
    const made = await aSend({ to: { email: 'other@example.org' }, cc: null });
    await report(made, ['hardBounceOfCopy']);
    expect((await stateOf(made)).suppressions).toEqual([bounceOf('other@example.org')]);
  });

  test('is of nobody whom a mail to several was forwarded to', async () => {
    const made = await aSend({ to: { email: 'other@example.org' }, cc: 'more@example.org' });
    await report(made, ['hardBounceOfCopy']);
    expect((await stateOf(made)).suppressions).toEqual([]);
  });

  test('is of a bcc as well, which no history tells', async () => {
    const made = await aSend({ to: { email: 'other@example.org' }, cc: null, bcc: copy });
    await report(made, ['hardBounceOfCopy']);
    expect((await stateOf(made)).suppressions).toEqual([bounceOf(copy)]);
    const { body } = await made.workspace.get(`/emails/${made.sendId}/events`);
    expect(JSON.stringify(body)).toContain('"recipient":"other"');
  });

  test('by hand keeps its note, and says what is known since', async () => {
    const made = await aSend();
    await made.workspace.post('/suppressions', { email: primary, note: 'asked' });
    await report(made, ['hardBounce']);
    const found = await api.prisma.suppression.findFirstOrThrow({
      where: { workspaceId: made.workspace.id },
    });
    expect(found).toMatchObject({ reason: 'Bounce', origin: 'event', note: 'asked' });
  });

  test('of another workspace is not touched, nor anything by a send of a test key', async () => {
    const other = await aSend();
    const workspace = await api.makeWorkspace();
    const key = await workspace.makeKey(['full'], 'test');
    const templateId = await workspace.aTemplate();
    const item = anItem({ templateId, to: { email: primary }, cc: copy });
    const answer = await api.call('/api/v1/emails/batch', {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: { items: [item] },
    });
    const [sendId = ''] = /"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(answer.body))?.slice(1) ?? [];
    const made = { workspace, sendId, groupId: await workspace.aGroup() };
    await report(made, ['hardBounce', 'complaint', 'delivery', 'unsubscribed']);
    expect(await stateOf(made)).toMatchObject({ suppressions: [], counts: [0, 0, 0], left: [] });
    expect(await stateOf(other)).toMatchObject({ suppressions: [], counts: [0, 0, 0], left: [] });
  });
});

describe('of two suppressions that meet the weightier reason and the later end stand', () => {
  let workspace: TestWorkspace;
  const expiresAt = new Date(Date.now() + 3_600_000);
  beforeEach(async () => {
    workspace = await api.makeWorkspace();
  });
  const read = async (email: string) => (await workspace.get(`/suppressions/${email}`)).body;
  const erase = async (email: string) => {
    await workspace.post('/erasures', { email });
    while ((await new ErasureStore(api.prisma).eraseNext(0)) !== null);
  };
  const post = (path: string, body: object) => {
    const headers = { authorization: `Bearer ${workspace.key}`, 'x-postmark-server-token': workspace.key };
    return api.call(path, { method: 'POST', headers, body });
  };
  const stream = '/message-streams/outbound/suppressions';

  test.each<[string, (email: string) => Promise<Answer>]>([
    ['an import', (email) => workspace.post('/suppressions/import', [email])],
    ['one of Resend', (email) => post('/resend/suppressions', { email })],
    ['many of Resend', (email) => post('/resend/suppressions/batch/add', { emails: [email] })],
    ['those of Postmark', (email) => post(stream, { Suppressions: [{ EmailAddress: email }] })],
  ])('%s, also of a person who was erased', async (_door, suppress) => {
    const where = { workspaceId: workspace.id };
    for (const email of ['kept@example.com', 'erased@example.com']) {
      const soft = { reason: 'Bounce', origin: 'event', expiresAt } as const;
      await api.prisma.suppression.create({ data: { ...where, email, emailKey: email, ...soft } });
      if (email.startsWith('erased')) await erase(email);
      expect((await suppress(email)).status).toBeLessThan(300);
      expect(await read(email)).toMatchObject({ reason: 'Bounce', origin: 'event', expiresAt: null });
      await api.prisma.suppression.updateMany({ where, data: { reason: 'Complaint', note: 'n' } });
      await suppress(email);
      expect(await read(email)).toMatchObject({ reason: 'Complaint', origin: 'event', note: 'n' });
    }
    expect(await api.prisma.suppression.count({ where })).toBe(2);
  });

  test('within one import, in either order, and where a person is erased twice', async () => {
    const both = [{ reason: 'Complaint', expiresAt: expiresAt.toISOString() }, { reason: 'Manual' }];
    const lines = (name: string) => both.map((one) => ({ email: `${name}@example.com`, ...one }));
    await workspace.post('/suppressions/import', [...lines('a'), ...lines('b').toReversed()]);
    for (const one of lines('c')) {
      await workspace.post('/suppressions', one);
      await erase(one.email);
    }
    for (const name of ['a', 'b', 'c']) {
      expect(await read(`${name}@example.com`)).toMatchObject({ reason: 'Complaint', expiresAt: null });
    }
  });
});

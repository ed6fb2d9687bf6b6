import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EventStore } from '@postroom/db';
import { parseQueuedEvent, parseSesEvent } from '@postroom/provider-ses';
import fc from 'fast-check';
import { accept, anItem } from '../contract/batch-items.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { bodyOf, copy, inAnyOrder, type PayloadName, payloads, primary } from './ses-payloads.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const aSend = async (overrides = {}): Promise<string> =>
  (await accept(workspace, anItem({ templateId, to: { email: primary }, cc: copy, ...overrides }))).id;

async function report(sendId: string, names: readonly PayloadName[]): Promise<void> {
  for (const name of names) {
    const parsed = parseSesEvent(bodyOf(name, sendId));
    if (parsed.kind !== 'event') throw new Error(`${name}: ${parsed.reason}`);
    await new EventStore(api.sql).record(parsed.events);
  }
}

const deliveryOf = async (sendId: string): Promise<string | null> =>
  (await api.prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } })).delivery;

async function deliveryAfter(names: readonly PayloadName[]): Promise<string | null> {
  const id = await aSend();
  await report(id, names);
  return deliveryOf(id);
}

describe('the delivery is what the events say of the primary recipient:', () => {
  test.each<[readonly PayloadName[], string | null]>([
    [['expired'], 'bounced'],
    [['delay', 'expired'], 'bounced'],
    [['expired', 'delay'], 'bounced'],
    [['undetermined'], 'bounced'],
    [['reject'], 'bounced'],
    [['suppressed'], 'bounced'],
    [['complaintSuppressed'], 'bounced'],
    [['delivery', 'notSpam'], 'delivered'],
    [['complaint', 'notSpam'], 'complained'],
    [['notSpam'], null],
    [['delivery', 'expired'], 'delivered'],
    [['expired', 'delivery'], 'delivered'],
    [['expired', 'delivery', 'hardBounce'], 'bounced'],
    [['hardBounce', 'delivery'], 'bounced'],
    [['delivery', 'hardBounceOfCopy'], 'delivered'],
    [['hardBounceOfCopy'], null],
    [['deliveryOfCopy'], null],
    [['expired', 'deliveryOfCopy'], 'bounced'],
    [['ofNewType'], null],
    [['delivery', 'ofNewType'], 'delivered'],
    [['open', 'send'], null],
    [['delivery', 'complaint'], 'complained'],
  ])('%j: %s', async (names, delivery) => {
    expect(await deliveryAfter(names)).toBe(delivery);
  });

  test('of a mail to one person, whatever address theirs was forwarded to', async () => {
    const id = await aSend({ to: { email: 'other@example.org' }, cc: null });
    await report(id, ['hardBounceOfCopy']);
    expect(await deliveryOf(id)).toBe('bounced');
  });
});

test('any order and any repetition of the same events ends the same', async () => {
  const names = Object.keys(payloads).filter((name): name is PayloadName => Object.hasOwn(payloads, name));
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(names, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.nat(1_000)),
      async (chosen, picks) => {
        const [one, other] = [await aSend(), await aSend()];
        await report(one, chosen);
        const next = () => Number(picks.next().value ?? 0);
        const shuffled = inAnyOrder(chosen, next);
        await report(other, shuffled);
        expect([shuffled, await deliveryOf(other)]).toEqual([shuffled, await deliveryOf(one)]);
        const kept = await api.prisma.emailEvent.count({ where: { sendId: other } });
        expect(kept).toBe(chosen.length);
      },
    ),
    { numRuns: 25 },
  );
});

test('all orders of a delay, a soft bounce, a delivery and what happened to the copy end as delivered', async () => {
  const names = ['delay', 'expired', 'delivery', 'hardBounceOfCopy'] as const;
  const orders = permutationsOf(names);
  expect(orders).toHaveLength(24);
  for (const order of orders) expect([order, await deliveryAfter(order)]).toEqual([order, 'delivered']);
});

function permutationsOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutationsOf(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
  );
}

test('reports that come at once end the same as one after the other', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await aSend();
    const names = ['expired', 'delivery', 'delay', 'expired', 'delivery'] as const;
    await Promise.all(names.map((name) => report(id, [name])));
    expect(await deliveryOf(id)).toBe('delivered');
  }
});

test('the history says of each recipient what the other server said, and names nobody', async () => {
  const id = await aSend();
  await report(id, ['hardBounce', 'hardBounceOfCopy', 'suppressed', 'reject', 'delivery']);
  const { body } = await workspace.get(`/emails/${id}/events`);
  const text = JSON.stringify(body);
  expect(text).not.toContain('@');
  expect(body).toMatchObject({
    events: expect.arrayContaining([
      expect.objectContaining({
        type: 'bounced',
        detail: {
          bounceType: 'Permanent',
          bounceSubType: 'General',
          diagnostic: 'smtp; 550 5.1.1 <<address>>... User unknown',
          recipients: [
            { recipient: 'to', status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 <<address>>... User unknown' },
          ],
        },
      }),
      expect.objectContaining({
        type: 'bounced',
        detail: expect.objectContaining({
          recipients: [{ recipient: 'cc[0]', status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 no such user' }],
        }),
      }),
      expect.objectContaining({
        type: 'bounced',
        detail: expect.objectContaining({ bounceSubType: 'OnAccountSuppressionList', provider: true }),
      }),
      expect.objectContaining({ type: 'rejected', detail: { reason: 'Bad content', provider: true } }),
    ]),
  });
});

test.each(Object.keys(payloads).filter((name): name is PayloadName => Object.hasOwn(payloads, name)))(
  '%s means the same out of an SQS queue, in an envelope of SNS and as it is',
  (name) => {
    const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
    const body = bodyOf(name, id);
    const plain = parseSesEvent(body);
    const envelope = {
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:eu-central-1:123456789012:ses',
      Message: body,
    };
    expect(plain.kind).toBe('event');
    expect(parseQueuedEvent(body, { allowedTopicArns: [] })).toEqual(plain);
    expect(parseQueuedEvent(JSON.stringify(envelope), { allowedTopicArns: [] })).toEqual(plain);
  },
);

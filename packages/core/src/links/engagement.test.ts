import { describe, expect, test } from '@jest/globals';
import { type EngagedSend, type Engagement, judgeEngagements, maxKept } from './engagement.ts';
import { recordEngagements } from './record-engagements.ts';

const sentAt = new Date('2026-11-22T12:00:00Z');
const after = (ms: number) => new Date(sentAt.getTime() + ms);

const aSend = (overrides: Partial<EngagedSend> = {}): EngagedSend => ({
  id: 'send',
  workspaceId: 'workspace',
  sentAt,
  deliveredAt: null,
  people: 0,
  machines: 0,
  clicks: [],
  ...overrides,
});

const aClick = (ms: number, link = 0, overrides: Partial<Engagement> = {}): Engagement => ({
  sendId: 'send',
  workspaceId: 'workspace',
  at: after(ms),
  click: { link, url: `https://a.example/${link}` },
  userAgent: 'Firefox',
  reason: null,
  ...overrides,
});

const anOpen = (ms: number): Engagement => aClick(ms, 0, { click: null });

const reasonsOf = (send: EngagedSend, ...engagements: readonly Engagement[]) =>
  judgeEngagements(send, engagements).events.map(({ detail }) => detail.machine);

test('a link that the key of another workspace has signed says nothing of a send', async () => {
  const recorded: unknown[] = [];
  const deps = {
    engagements: { find: async () => [aSend()], markBurst: async () => undefined },
    recordEvents: async (events: readonly unknown[]) => recorded.push(...events),
  };
  await recordEngagements(deps, [aClick(60_000, 1, { workspaceId: 'another' }), aClick(60_000, 2)]);
  expect(recorded).toMatchObject([{ detail: { linkNumber: 2 } }]);
});

describe('who did it', () => {
  test('is a person, unless something tells otherwise', () => {
    const { events } = judgeEngagements(aSend(), [aClick(60_000, 3), anOpen(60_000)]);
    expect(events).toMatchObject([
      {
        type: 'click',
        sendId: 'send',
        providerMessageId: null,
        detail: { url: 'https://a.example/3', linkNumber: 3, userAgent: 'Firefox', machine: null },
      },
      { type: 'open', detail: { userAgent: 'Firefox', machine: null } },
    ]);
  });

  test('is what the request itself tells, before all else', () => {
    expect(reasonsOf(aSend(), aClick(0, 0, { reason: 'head' }))).toEqual(['head']);
  });

  test('is a machine within five seconds of the send, or three of the delivery once that is known', () => {
    expect(reasonsOf(aSend(), aClick(4_999), anOpen(5_000))).toEqual(['instant', null]);
    const delivered = aSend({ deliveredAt: after(600_000) });
    expect(reasonsOf(delivered, aClick(599_000), aClick(602_999, 1), anOpen(603_000))).toEqual([
      'instant',
      'instant',
      null,
    ]);
    expect(reasonsOf(aSend({ sentAt: null }), anOpen(0))).toEqual(['instant']);
  });

  test('is a machine where three links were followed within a second', () => {
    const inTime = [aClick(60_000, 0), aClick(60_400, 1), aClick(61_000, 2), aClick(63_000, 3)];
    expect(reasonsOf(aSend(), ...inTime)).toEqual(['burst', 'burst', 'burst', null]);
    const slow = [aClick(60_000, 0), aClick(60_600, 1), aClick(61_200, 2)];
    expect(reasonsOf(aSend(), ...slow)).toEqual([null, null, null]);
    const same = [aClick(60_000, 0), aClick(60_400, 0), aClick(60_800, 1)];
    expect(reasonsOf(aSend(), ...same)).toEqual([null, null, null]);
  });

  test('is learned later of clicks that were recorded as a person’s', () => {
    const stored = { eventId: 'e1', link: 0, at: after(60_000), isMachine: false };
    const send = aSend({ clicks: [stored, { ...stored, eventId: 'e0', at: after(50_000) }] });
    const judgement = judgeEngagements(send, [aClick(60_300, 1), aClick(60_900, 2)]);
    expect(judgement.burstEventIds).toEqual(['e1']);
    expect(judgement.events.map(({ detail }) => detail.machine)).toEqual(['burst', 'burst']);
  });
});

test('no more than a hundred of people and of machines each are kept of one send', () => {
  const many = Array.from({ length: 2 * maxKept }, (_, at) => aClick(60_000 + at * 10_000));
  expect(judgeEngagements(aSend({ people: 10 }), many).events).toHaveLength(maxKept - 10);
  const full = aSend({ machines: maxKept });
  expect(reasonsOf(full, aClick(60_000, 0, { reason: 'agent' }), anOpen(60_000))).toEqual([null]);
});

test('the same request told twice has one id, and another second, link or kind has another', () => {
  const idsOf = (...engagements: readonly Engagement[]) =>
    judgeEngagements(aSend(), engagements).events.map(({ sourceId }) => sourceId);
  const [first, ...others] = idsOf(
    aClick(60_000),
    aClick(60_000),
    aClick(60_999),
    aClick(61_000),
    aClick(60_000, 1),
    anOpen(60_000),
    aClick(60_000, 0, { reason: 'head' }),
  );
  expect(others.slice(0, 2)).toEqual([first, first]);
  expect(new Set(others).size).toBe(5);
});

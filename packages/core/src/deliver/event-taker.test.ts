import { describe, expect, test } from '@jest/globals';
import type { ProviderEvent } from '../send/provider-outcome.ts';
import { createEventTaker, type EventMessage } from './event-taker.ts';

const never = { bounceRate: 1, complaintRate: 1 };

const aMessage = (sendId: string, length = 100): EventMessage => {
  const event: ProviderEvent = {
    sourceId: 'send:1',
    type: 'send',
    sendId,
    attempt: 1,
    providerMessageId: 'm',
    occurredAt: new Date(0),
    isPermanentBounce: null,
    recipients: [],
    detail: {},
  };
  return { events: [event], length };
};

/** A taker of which each recording ends when it is told to, and refuses the events of some sends. */
function aTaker({ refused = [] as readonly string[], judge = async () => [] as const } = {}) {
  const recordings: { readonly sends: readonly string[]; readonly commit: () => void }[] = [];
  const unjudged: unknown[] = [];
  let recorded = 0;
  const take = createEventTaker({
    record: async (events) => {
      const sends = events.map(({ sendId }) => sendId);
      await new Promise<void>((commit) => recordings.push({ sends, commit }));
      if (sends.some((id) => refused.includes(id))) throw new Error('refused');
      return { ratedWorkspaceIds: ['w'] };
    },
    isOfAll: () => false,
    onRecorded: (events) => {
      recorded += events;
    },
    rates: { badStandings: judge, pause: async () => [] },
    limits: { leastDeliveries: 1, warning: never, pause: never },
    onPaused: () => undefined,
    onUnjudged: (error) => unjudged.push(error),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const commitAll = async () => {
    for (let at = 0; at < recordings.length; at += 1) {
      recordings[at]?.commit();
      await turn();
      await turn();
    }
  };
  return { take, recordings, unjudged, turn, commitAll, recorded: () => recorded };
}

describe('events of several messages', () => {
  test('that come together are recorded together, and each is answered once that is committed', async () => {
    const { take, recordings, turn, commitAll, recorded } = aTaker();
    const answered: string[] = [];
    const taken = ['a', 'b', 'c'].map((id) => take(aMessage(id)).then(() => answered.push(id)));
    await turn();
    expect(recordings.map(({ sends }) => sends)).toEqual([['a', 'b', 'c']]);
    await turn();
    expect(answered).toEqual([]);
    await commitAll();
    await Promise.all(taken);
    expect([answered, recorded()]).toEqual([['a', 'b', 'c'], 3]);
  });

  test('of which one cannot be recorded fail it alone', async () => {
    const { take, turn, commitAll, recorded } = aTaker({ refused: ['b'] });
    const ends = Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => take(aMessage(id))));
    await turn();
    await commitAll();
    expect((await ends).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(recorded()).toBe(3);
  });

  test('that are long make smaller groups', async () => {
    const { take, recordings, turn, commitAll } = aTaker();
    const taken = Promise.all(['a', 'b', 'c'].map((id) => take(aMessage(id, 400_000))));
    await turn();
    await commitAll();
    await taken;
    expect(recordings.map(({ sends }) => sends)).toEqual([['a', 'b'], ['c']]);
  });

  test('are taken also when rates cannot be judged, which is told', async () => {
    const judge = async () => {
      throw new Error('no judge');
    };
    const { take, turn, commitAll, unjudged } = aTaker({ judge });
    const taken = take(aMessage('a'));
    await turn();
    await commitAll();
    await taken;
    expect(unjudged).toEqual([new Error('no judge')]);
  });
});

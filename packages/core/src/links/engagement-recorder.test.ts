import { describe, expect, test } from '@jest/globals';
import type { Engagement } from './engagement.ts';
import { createEngagementRecorder } from './engagement-recorder.ts';

const anEngagement = (at: number, userAgent: string | null = null): Engagement => ({
  sendId: `send-${at}`,
  workspaceId: 'workspace',
  at: new Date(0),
  click: null,
  userAgent,
  reason: null,
});

class Away extends Error {}

/** A recorder whose pauses end when the test says so. */
function aRecorder(record: (group: readonly Engagement[]) => Promise<unknown>) {
  const seen = {
    groups: [] as number[],
    lost: {} as Record<string, number>,
    troubles: 0,
    pauses: [] as number[],
  };
  let letGo = () => {};
  const recorder = createEngagementRecorder({
    record: async (group) => {
      seen.groups.push(group.length);
      await record(group);
    },
    isAway: (error) => error instanceof Away,
    onLost: (count, reason) => {
      seen.lost[reason] = (seen.lost[reason] ?? 0) + count;
    },
    onTrouble: () => {
      seen.troubles += 1;
    },
    pause: (ms) => {
      seen.pauses.push(ms);
      return new Promise((resolve) => {
        letGo = resolve;
      });
    },
    random: () => 1,
  });
  /** Ends the pause under way, and lets all that follows from it happen. */
  const goOn = async () => {
    letGo();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { recorder, seen, goOn };
}

describe('a recorder of engagements', () => {
  test('records those that gather together, and the same one once', async () => {
    const { recorder, seen, goOn } = aRecorder(async () => undefined);
    for (const at of [1, 2, 3, 1]) recorder.note(anEngagement(at));
    await goOn();
    expect(seen.groups).toEqual([3]);
    recorder.note(anEngagement(4));
    await goOn();
    expect(seen.groups).toEqual([3, 1]);
  });

  test('keeps them while the database is away, asking more and more seldom', async () => {
    let isAway = true;
    const { recorder, seen, goOn } = aRecorder(async () => {
      if (isAway) throw new Away();
    });
    recorder.note(anEngagement(1));
    await goOn();
    await goOn();
    recorder.note(anEngagement(2));
    isAway = false;
    await goOn();
    expect(seen.groups).toEqual([1, 1, 2]);
    expect(seen.pauses).toEqual([200, 250, 500]);
    expect(seen.lost).toEqual({});
  });

  test('takes no more than it has room for, and tells how many were lost', async () => {
    const { recorder, seen } = aRecorder(async () => undefined);
    for (let at = 0; at < 10_010; at += 1) recorder.note(anEngagement(at));
    expect(seen.lost).toEqual({ no_room: 10 });
    const large = aRecorder(async () => undefined);
    for (let at = 0; at < 10_000; at += 1) large.recorder.note(anEngagement(at, 'x'.repeat(10_000)));
    expect(large.seen.lost.no_room).toBeGreaterThan(9_000);
  });

  test('lets one that is refused take no other with it', async () => {
    const { recorder, seen, goOn } = aRecorder(async (group) => {
      if (group.some(({ sendId }) => sendId === 'send-2')) throw new Error('refused');
    });
    for (const at of [1, 2, 3]) recorder.note(anEngagement(at));
    await goOn();
    expect(seen.groups).toEqual([3, 1, 1, 1]);
    expect(seen.lost).toEqual({ refused: 1 });
  });

  test('records what waits when it is closed, and takes nothing more', async () => {
    const { recorder, seen, goOn } = aRecorder(async () => undefined);
    recorder.note(anEngagement(1));
    const closed = recorder.close();
    await goOn();
    await closed;
    recorder.note(anEngagement(2));
    expect(seen.groups).toEqual([1]);
    expect(seen.lost).toEqual({ stopped: 1 });
  });

  test('does not wait for a database that is away when it is closed', async () => {
    const { recorder, seen, goOn } = aRecorder(async () => {
      throw new Away();
    });
    recorder.note(anEngagement(1));
    const closed = recorder.close();
    await goOn();
    await closed;
    expect(seen.lost).toEqual({ stopped: 1 });
  });
});

import { beforeEach, describe, expect, test } from '@jest/globals';
import { aNotice } from '../../test/a-notice.ts';
import type { ClaimedNotice } from './claimed-notice.ts';
import {
  type DeliverNoticesDeps,
  deliverNotices,
  maxPerEndpoint,
  type NoticeReport,
} from './deliver-notices.ts';
import type { NoticeRecord, PostOutcome } from './judge.ts';
import { triesPerRound } from './schedule.ts';

type Waiting = { readonly id: string; dueMs: number; tries: number; state: NoticeRecord['state'] };

/** A table of notices of one endpoint, on a clock that a test moves. */
class Table {
  readonly rows: Waiting[] = [];
  nowMs = 0;
  isClosed = false;

  add(count: number): void {
    for (let at = 0; at < count; at += 1)
      this.rows.push({ id: `n${this.rows.length}`, dueMs: this.nowMs, tries: 0, state: 'pending' });
  }

  claim(limit: number): readonly ClaimedNotice[] {
    const due = this.rows
      .filter(({ state, dueMs }) => state === 'pending' && dueMs <= this.nowMs)
      .slice(0, limit);
    return due.map((row) => {
      row.tries += 1;
      row.dueMs = Number.POSITIVE_INFINITY;
      return aNotice({ id: row.id, tries: row.tries, attempt: row.tries });
    });
  }

  record({ noticeId, state, delayMs }: NoticeRecord): void {
    const row = this.rows.find(({ id }) => id === noticeId);
    if (row !== undefined) Object.assign(row, { state, dueMs: this.nowMs + delayMs });
  }

  /** When the next one is due, or null. */
  nextMs(): number | null {
    const waiting = this.rows.flatMap(({ state, dueMs }) => (state === 'pending' ? [dueMs] : []));
    return waiting.length === 0 ? null : Math.min(...waiting);
  }

  states(): readonly string[] {
    return [...new Set(this.rows.map(({ state }) => state))];
  }
}

let table: Table;
let reports: NoticeReport[];
let troubles: unknown[];
let answer: (request: { readonly headers: Readonly<Record<string, string>> }) => Promise<PostOutcome>;
const status = (statusCode: number): PostOutcome => ({
  kind: 'answered',
  statusCode,
  retryAfter: undefined,
  answer: '',
});

beforeEach(() => {
  table = new Table();
  reports = [];
  troubles = [];
  answer = async () => status(200);
});

const deps = (overrides: Partial<DeliverNoticesDeps['notices']> = {}): DeliverNoticesDeps => ({
  notices: {
    claim: async (_id, limit) =>
      table.isClosed ? { kind: 'closed', ended: 0 } : { kind: 'claimed', notices: table.claim(limit) },
    record: async (record) => {
      table.record(record);
      return { isRecorded: true, disabled: null };
    },
    ...overrides,
  },
  post: (request) => answer(request),
  onTried: (report) => void reports.push(report),
  onTrouble: (error) => void troubles.push(error),
  nowMs: () => table.nowMs,
  monotonicMs: () => table.nowMs,
  random: () => 0.5,
});

const deliver = (with_ = deps()) => deliverNotices(with_, 'e', new AbortController().signal);

/** Moves the clock from one moment at which something is due to the next, and delivers, until nothing waits. */
async function letTimePass(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
  for (let next = table.nextMs(); next !== null && next <= untilMs; next = table.nextMs()) {
    table.nowMs = Math.max(table.nowMs, next);
    await deliver();
  }
}

const hour = 3_600_000;

test('all that is due is delivered, so many at once', async () => {
  let inHand = 0;
  let most = 0;
  answer = async () => {
    inHand += 1;
    most = Math.max(most, inHand);
    await Promise.resolve();
    inHand -= 1;
    return status(200);
  };
  table.add(55);
  await deliver();
  expect(table.states()).toEqual(['delivered']);
  expect([reports.length, most]).toEqual([55, maxPerEndpoint]);
});

test('a receiver that is down for two hours gets everything in the end, each under one id', async () => {
  const ids = new Map<string, number>();
  answer = async ({ headers }) => {
    if (table.nowMs < 2 * hour) return { kind: 'unanswered', error: 'refused' };
    const id = headers['webhook-id'] ?? '';
    ids.set(id, (ids.get(id) ?? 0) + 1);
    return status(204);
  };
  table.add(30);
  await letTimePass();
  expect(table.states()).toEqual(['delivered']);
  expect([ids.size, new Set(ids.values())]).toEqual([30, new Set([1])]);
  expect(table.nowMs).toBeLessThan(5 * hour);
});

test('what never arrives is given up after its tries, within a day and a half', async () => {
  answer = async () => status(500);
  table.add(3);
  await letTimePass();
  expect(table.states()).toEqual(['failed']);
  expect(reports).toHaveLength(3 * triesPerRound);
  expect(table.nowMs).toBeLessThan(36 * hour);
});

test('what leads to a private address is shown as blocked', async () => {
  answer = async () => ({ kind: 'blocked' });
  table.add(1);
  await letTimePass();
  expect(table.states()).toEqual(['blocked']);
});

test('where one of several fails the others go on', async () => {
  answer = async ({ headers }) => status(headers['webhook-id'] === 'msg_n3' ? 500 : 200);
  table.add(55);
  await deliver();
  expect([reports.length, table.nextMs()]).toEqual([55, 5_000]);
});

test('where nothing arrives others have their turn', async () => {
  answer = async () => status(503);
  table.add(55);
  await deliver();
  expect(reports).toHaveLength(maxPerEndpoint);
});

test('a turn is over after a while, also where all goes well', async () => {
  answer = async () => {
    table.nowMs += 2_000;
    return status(200);
  };
  table.add(55);
  await deliver();
  expect(reports).toHaveLength(maxPerEndpoint);
  expect(table.nextMs()).not.toBeNull();
});

describe('nothing is taken', () => {
  test('by a process that is stopping', async () => {
    table.add(1);
    await deliverNotices(deps(), 'e', AbortSignal.abort());
    expect([reports, table.states()]).toEqual([[], ['pending']]);
  });

  test('of an endpoint that is disabled, once what waited for it is ended', async () => {
    const ended = [500, 20, 0];
    const claim = async () => ({ kind: 'closed', ended: ended.shift() ?? -1 }) as const;
    await deliver(deps({ claim }));
    expect(ended).toEqual([]);
  });
});

test('a try that cannot be written down is told, and left to the end of its lease', async () => {
  table.add(2);
  const record = async () => {
    throw new Error('the database is away');
  };
  await deliver(deps({ record }));
  expect([troubles.length, reports.length]).toEqual([2, 0]);
});

test('of an answer a few characters are kept where it says that the event arrived, and all where it does not', async () => {
  const long = 'x'.repeat(64 * 1024);
  answer = async () => ({ ...status(reports.length === 0 ? 500 : 200), answer: long });
  table.add(1);
  await letTimePass();
  expect(reports.map(({ record }) => record.answer?.length)).toEqual([long.length, 4_096]);
});

import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AttemptRecord, ClaimedSend, ProviderEvent } from '@postroom/core';
import { AttemptStore, ClaimStore, EventStore, SendStore, SweepStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(20);

const windows = { inDoubtWindowMs: 60_000 };
const policy = {
  limit: 100,
  maxAttempts: 8,
  policies: { transactional: 'resend', marketing: 'hold' },
} as const;

async function claim(
  sendId: string,
  options: { epoch?: number; leaseMs?: number; isBusy?: boolean } = {},
): Promise<ClaimedSend | null> {
  const request = { sendId, epoch: options.epoch ?? 0, leaseToken: randomUUID() };
  const results = await new ClaimStore(database.sql).claim([request], {
    leaseMs: options.leaseMs ?? 30_000,
    worker: 'test',
    isBusy: options.isBusy,
  });
  const result = results.get(request.leaseToken);
  return result?.kind === 'claimed' ? result.send : null;
}

async function claimed(
  sendId: string,
  options: { epoch?: number; leaseMs?: number; isBusy?: boolean } = {},
): Promise<ClaimedSend> {
  const send = await claim(sendId, options);
  if (send === null) throw new Error('the send could not be claimed');
  return send;
}

const sentRecord = (send: ClaimedSend): AttemptRecord => ({
  sendId: send.id,
  leaseToken: send.leaseToken,
  attempt: send.attempt,
  result: { kind: 'sent', providerMessageId: 'm-1', subject: 'Hello' },
});

const doubtRecord = (send: ClaimedSend): AttemptRecord => ({
  ...sentRecord(send),
  result: { kind: 'in_doubt', error: { code: 'TimeoutError', message: 'no answer', httpStatus: null } },
});

const stateOf = (id: string) =>
  database.prisma.emailSend.findUniqueOrThrow({
    where: { id },
    select: { status: true, epoch: true, attempts: true, attemptsSpent: true, resends: true, delivery: true },
  });

const anEvent = (
  sendId: string,
  type: ProviderEvent['type'],
  sourceId: string = randomUUID(),
): ProviderEvent => ({
  sourceId,
  type,
  sendId,
  attempt: 1,
  providerMessageId: 'm-1',
  occurredAt: new Date(),
  isPermanentBounce: type === 'bounce' ? true : null,
  recipients: [],
  detail: {},
});

type EmailSendState = {
  readonly status: 'Queued' | 'Scheduled';
  readonly leaseMs: number;
  readonly isInDoubt: boolean;
};

/** A send that a sweep would take: queued unless told. */
async function inState({
  status = 'Queued',
  leaseMs,
  isInDoubt = false,
}: Partial<EmailSendState>): Promise<string> {
  const scheduledAt = status === 'Scheduled' ? new Date(0) : null;
  const id = await aQueuedSend(database, { status, scheduledAt });
  if (leaseMs !== undefined) await claimed(id, { leaseMs });
  if (isInDoubt)
    await new AttemptStore(database.sql).record([doubtRecord(await claimed(id))], { inDoubtWindowMs: -1 });
  await database.prisma
    .$executeRaw`UPDATE email_sends SET sweep_at = now() - interval '1 second' WHERE id = ${id}::uuid`;
  return id;
}

describe('a claim', () => {
  test('is won by exactly one of many workers, and makes one attempt', async () => {
    const id = await aQueuedSend(database);
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(id)));
    expect(claims.filter((send) => send !== null)).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ status: 'Processing', attempts: 1 });
    expect(await database.prisma.sendAttempt.count({ where: { sendId: id } })).toBe(1);
  });

  test('that two jobs of one send ask for together is won by one of them, with the token of the row', async () => {
    const id = await aQueuedSend(database);
    const requests = Array.from({ length: 5 }, () => ({ sendId: id, epoch: 0, leaseToken: randomUUID() }));
    const results = await new ClaimStore(database.sql).claim(requests, {
      leaseMs: 30_000,
      worker: 'test',
    });
    const kinds = requests.map(({ leaseToken }) => results.get(leaseToken)?.kind);
    expect(kinds.toSorted()).toEqual(['claimed', 'not_yet', 'not_yet', 'not_yet', 'not_yet']);
    const { leaseToken } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    expect(results.get(leaseToken ?? '')?.kind).toBe('claimed');
  });

  test('of another epoch finds nothing', async () => {
    const id = await aQueuedSend(database);
    expect(await claim(id, { epoch: 1 })).toBeNull();
    await new SweepStore(database.sql).raiseEpochs([
      { sendId: id, workspaceId: randomUUID(), epoch: 0, lane: 'transactional', accountId: null },
    ]);
    expect(await claim(id, { epoch: 0 })).toBeNull();
    expect(await claim(id, { epoch: 1 })).not.toBeNull();
  });

  test('of a send that another worker has, or that is in doubt, says when to look again', async () => {
    const ask = async (sendId: string) => {
      const request = { sendId, epoch: 0, leaseToken: randomUUID() };
      return (await new ClaimStore(database.sql).claim([request], { leaseMs: 30_000, worker: 'test' })).get(
        request.leaseToken,
      );
    };
    const send = await claimed(await aQueuedSend(database), { leaseMs: 30_000 });
    expect(await ask(send.id)).toMatchObject({ kind: 'busy' });
    await new AttemptStore(database.sql).record([doubtRecord(send)], { inDoubtWindowMs: -1 });
    expect(await ask(send.id)).toEqual({ kind: 'busy', waitMs: 1_000 });
    await new SweepStore(database.sql).resolveDoubts({
      ...policy,
      policies: { transactional: 'hold', marketing: 'hold' },
    });
    expect(await ask(send.id)).toEqual({ kind: 'failed', failureClass: 'in_doubt' });
  });

  test('before its time is put off, not dropped', async () => {
    const id = await aQueuedSend(database);
    await database.prisma
      .$executeRaw`UPDATE email_sends SET next_attempt_at = now() + interval '1 minute' WHERE id = ${id}::uuid`;
    const request = { sendId: id, epoch: 0, leaseToken: randomUUID() };
    const result = (
      await new ClaimStore(database.sql).claim([request], { leaseMs: 1_000, worker: 'test' })
    ).get(request.leaseToken);
    expect(result?.kind).toBe('not_yet');
    expect(result?.kind === 'not_yet' && result.waitMs).toBeGreaterThan(50_000);
  });

  test('passes over a row that someone else has locked, at once', async () => {
    const id = await aQueuedSend(database);
    await database.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT id FROM email_sends WHERE id = ${id}::uuid FOR UPDATE`;
      const request = { sendId: id, epoch: 0, leaseToken: randomUUID() };
      const result = (
        await new ClaimStore(database.sql).claim([request], { leaseMs: 1_000, worker: 'test' })
      ).get(request.leaseToken);
      expect(result?.kind).toBe('not_yet');
    });
    expect(await claim(id)).not.toBeNull();
  });
});

describe('a claim whose answer was lost', () => {
  test('is given back by its token alone, spends nothing and may be made again', async () => {
    const id = await aQueuedSend(database);
    const { leaseToken } = await claimed(id);
    const attempts = new AttemptStore(database.sql);
    expect(await attempts.giveBack([{ sendId: id, leaseToken: randomUUID() }])).toBe(0);
    expect(await stateOf(id)).toMatchObject({ status: 'Processing' });
    expect(await attempts.giveBack([{ sendId: id, leaseToken }])).toBe(1);
    expect(await stateOf(id)).toMatchObject({ status: 'Queued', epoch: 1, attempts: 1, attemptsSpent: 0 });
    expect(await database.prisma.sendAttempt.findMany({ where: { sendId: id } })).toMatchObject([
      { outcome: 'returned', spent: false, finishedAt: expect.any(Date), errorCode: 'ClaimUnanswered' },
    ]);
    // Its job, which may have been told to come again when the lease ends, is nothing any more.
    expect(await claim(id)).toBeNull();
    expect(await claimed(id, { epoch: 1 })).toMatchObject({ attempt: 2, attemptsSpent: 0 });
  });
});

describe('a record', () => {
  test('of an attempt that was spent is told to the later ones, until the send is retried', async () => {
    const id = await aQueuedSend(database);
    const attempts = new AttemptStore(database.sql);
    const errorsOf = async (code: string, isSpent: boolean) => {
      const send = await claimed(id);
      const error = { code, message: 'no', httpStatus: 403 };
      const result = { kind: 'retry', delayMs: 0, isSpent, error } as const;
      await attempts.record([{ ...sentRecord(send), result }], windows);
      return send.earlierErrors;
    };
    expect(await errorsOf('Denied', true)).toEqual([]);
    expect(await errorsOf('Held', false)).toEqual(['Denied']);
    expect(await errorsOf('Unreachable', true)).toEqual(['Denied']);
    expect(await errorsOf('Denied', true)).toEqual(['Unreachable', 'Denied']);
    await database.prisma.emailSend.update({ where: { id }, data: { attemptsSpent: 0 } });
    expect(await errorsOf('Denied', true)).toEqual([]);
    expect(await errorsOf('Denied', true)).toEqual(['Denied']);
  });

  test('is written only with the lease token of the claim', async () => {
    const send = await claimed(await aQueuedSend(database));
    const forged = { ...sentRecord(send), leaseToken: randomUUID() };
    expect(await new AttemptStore(database.sql).record([forged], windows)).toEqual(new Set());
    expect(await new AttemptStore(database.sql).record([sentRecord(send)], windows)).toEqual(
      new Set([send.leaseToken]),
    );
    expect(await stateOf(send.id)).toMatchObject({ status: 'Sent', attemptsSpent: 1 });
  });

  test('of a worker that lost the send, beside that of the one that has it now, is told apart', async () => {
    const first = await claimed(await aQueuedSend(database), { leaseMs: -1 });
    await new SweepStore(database.sql).expireLeases({ limit: 100, inDoubtWindowMs: -1 });
    await new SweepStore(database.sql).resolveDoubts(policy);
    const second = await claim(first.id, { epoch: 1 });
    if (second === null) throw new Error('the send could not be claimed again');
    const late = { ...sentRecord(first), result: doubtRecord(first).result };
    expect(await new AttemptStore(database.sql).record([late, sentRecord(second)], windows)).toEqual(
      new Set([second.leaseToken]),
    );
    const attempts = await database.prisma.sendAttempt.findMany({
      where: { sendId: first.id },
      orderBy: { number: 'asc' },
    });
    expect(attempts.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual([
      ['in_doubt', 'LeaseExpired'],
      ['sent', null],
    ]);
  });

  test.each([
    ['half a surrogate pair', '\ud83d'],
    ['a NUL', '\u0000'],
  ])('with %s in what is to be stored does not spoil those beside it', async (_name, bad) => {
    const sends = await Promise.all([1, 2].map(async () => claimed(await aQueuedSend(database))));
    const records = sends.map((send, at): AttemptRecord => {
      const text = at === 0 ? `x${bad}` : 'x';
      const error = { code: text, message: text, httpStatus: 400 };
      return {
        ...sentRecord(send),
        result: { kind: 'failed', failureClass: 'rejected', message: text, error },
      };
    });
    expect(await new AttemptStore(database.sql).record(records, windows)).toEqual(
      new Set(sends.map(({ leaseToken }) => leaseToken)),
    );
  });

  test('of a worker whose lease has ended changes nothing', async () => {
    const send = await claimed(await aQueuedSend(database), { leaseMs: -1 });
    const { inDoubt } = await new SweepStore(database.sql).expireLeases({ limit: 100, ...windows });
    expect(inDoubt).toContain(send.id);
    expect(await new AttemptStore(database.sql).record([sentRecord(send)], windows)).toEqual(new Set());
    expect(await stateOf(send.id)).toMatchObject({ status: 'Processing', attemptsSpent: 1 });
  });

  test('is awaited for as long as its lease lasts', async () => {
    const send = await claimed(await aQueuedSend(database));
    const { inDoubt } = await new SweepStore(database.sql).expireLeases({ limit: 1_000, ...windows });
    expect(inDoubt).not.toContain(send.id);
    expect(await new AttemptStore(database.sql).record([sentRecord(send)], windows)).toEqual(
      new Set([send.leaseToken]),
    );
    expect(await stateOf(send.id)).toMatchObject({ status: 'Sent', attemptsSpent: 1 });
  });

  test('counts as many attempts as there are attempt rows', async () => {
    const id = await aQueuedSend(database);
    for (const attempt of [1, 2, 3]) {
      const send = await claimed(id);
      expect(send.attempt).toBe(attempt);
      const error = { code: 'Throttled', message: 'slow down', httpStatus: 429 };
      const result = { kind: 'retry', delayMs: 0, isSpent: attempt === 2, error } as const;
      await new AttemptStore(database.sql).record([{ ...sentRecord(send), result }], windows);
    }
    expect(await stateOf(id)).toMatchObject({ status: 'Queued', attempts: 3, attemptsSpent: 1 });
    expect(await database.prisma.sendAttempt.count({ where: { sendId: id } })).toBe(3);
    expect(await database.prisma.sendAttempt.count({ where: { sendId: id, spent: true } })).toBe(1);
  });
});

describe('a lease that ends', () => {
  const expire = () => new SweepStore(database.sql).expireLeases({ limit: 1_000, ...windows });
  const begin = ({ id: sendId, attempt, leaseToken }: ClaimedSend) =>
    new AttemptStore(database.sql).begin([{ sendId, attempt, leaseToken }]);
  const waiting = async (leaseMs: number) =>
    claimed(await aQueuedSend(database, { lane: 'marketing' }), { leaseMs, isBusy: true });

  test('hands a send back whose call had not begun, at once and unspent, and it cannot begin any more', async () => {
    const send = await waiting(-1);
    expect(send.isBegun).toBe(false);
    const { inDoubt, returned } = await expire();
    expect(inDoubt).not.toContain(send.id);
    expect(returned).toContainEqual(expect.objectContaining({ sendId: send.id, epoch: 1 }));
    expect(await stateOf(send.id)).toMatchObject({ status: 'Queued', attempts: 1, attemptsSpent: 0 });
    expect(await begin(send)).toEqual(new Set());
    expect(await claim(send.id, { epoch: 1 })).toMatchObject({ attempt: 2, attemptsSpent: 0 });
  });

  test('leaves one in doubt that said that it begins, or was claimed to go next', async () => {
    const send = await waiting(-1);
    expect(await begin(send)).toEqual(new Set([send.leaseToken]));
    const next = await claimed(await aQueuedSend(database), { leaseMs: -1, isBusy: true });
    const alone = await claimed(await aQueuedSend(database, { lane: 'marketing' }), { leaseMs: -1 });
    const { inDoubt } = await expire();
    for (const { id } of [send, next, alone]) {
      expect(inDoubt).toContain(id);
      expect(await stateOf(id)).toMatchObject({ status: 'Processing', attemptsSpent: 1 });
    }
  });

  test('passes over one that is just saying so', async () => {
    const send = await waiting(-1);
    await database.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`UPDATE send_attempts SET begun = true WHERE send_id = ${send.id}::uuid`;
      const { inDoubt, returned } = await expire();
      expect([...inDoubt, ...returned.map(({ sendId }) => sendId)]).not.toContain(send.id);
    });
    expect((await expire()).inDoubt).toContain(send.id);
  });
});

describe('a send in doubt', () => {
  async function inDoubt(
    lane: 'transactional' | 'marketing' = 'transactional',
    // A window of 0 may end half a millisecond from now: the columns are rounded to milliseconds.
    windowMs = -1,
  ): Promise<string> {
    const send = await claimed(await aQueuedSend(database, { lane }));
    await new AttemptStore(database.sql).record([doubtRecord(send)], { inDoubtWindowMs: windowMs });
    return send.id;
  }

  test('is Sent as soon as SES reports anything of it', async () => {
    const id = await inDoubt('transactional', 60_000);
    expect(await new EventStore(database.sql).record([anEvent(id, 'delivery')])).toMatchObject({
      settled: [{ id, status: 'Sent' }],
    });
    expect(await stateOf(id)).toMatchObject({ status: 'Sent', delivery: 'delivered' });
  });

  test('is Sent when the event came before the doubt', async () => {
    const send = await claimed(await aQueuedSend(database));
    await new EventStore(database.sql).record([anEvent(send.id, 'send')]);
    expect(await stateOf(send.id)).toMatchObject({ status: 'Processing' });
    await new AttemptStore(database.sql).record([doubtRecord(send)], windows);
    expect(await new EventStore(database.sql).settle([send.id])).toEqual([{ id: send.id, status: 'Sent' }]);
  });

  test('of which an event is known is settled by it, even when its window ended first', async () => {
    const send = await claimed(await aQueuedSend(database));
    await new EventStore(database.sql).record([anEvent(send.id, 'send')]);
    await new AttemptStore(database.sql).record([doubtRecord(send)], { inDoubtWindowMs: -1 });
    await new SweepStore(database.sql).resolveDoubts(policy);
    expect(await stateOf(send.id)).toMatchObject({ status: 'Processing', resends: 0 });
    const proven = await new SweepStore(database.sql).findProvenDoubts(100);
    expect(proven).toContain(send.id);
    await new EventStore(database.sql).settle(proven);
    expect(await stateOf(send.id)).toMatchObject({ status: 'Sent' });
  });

  test('is left alone until its window ends', async () => {
    const id = await inDoubt('transactional', 60_000);
    await new SweepStore(database.sql).resolveDoubts(policy);
    expect(await stateOf(id)).toMatchObject({ status: 'Processing' });
  });

  test('is queued again under a new epoch and marked, once the window of transactional mail has ended', async () => {
    const id = await inDoubt();
    const resolved = await new SweepStore(database.sql).resolveDoubts(policy);
    expect(resolved).toContainEqual(
      expect.objectContaining({ sendId: id, epoch: 1, lane: 'transactional', status: 'Queued' }),
    );
    expect(await stateOf(id)).toMatchObject({ status: 'Queued', epoch: 1, resends: 1 });
  });

  test('is never sent again when it is marketing mail: it fails with delivery unknown', async () => {
    const id = await inDoubt('marketing');
    await new SweepStore(database.sql).resolveDoubts(policy);
    expect(await stateOf(id)).toMatchObject({ status: 'Failed', resends: 0 });
    const { failureMessage } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    expect(failureMessage).toContain('Delivery is unknown');
  });

  test.each([
    ['transactional', 'hold', 'Failed'],
    ['marketing', 'resend', 'Queued'],
  ] as const)('of %s mail ends by %s when that is the policy: %s', async (lane, choice, status) => {
    const id = await inDoubt(lane);
    const policies = { ...policy.policies, [lane]: choice };
    await new SweepStore(database.sql).resolveDoubts({ ...policy, policies });
    expect(await stateOf(id)).toMatchObject({ status, resends: status === 'Queued' ? 1 : 0 });
  });

  test('ends Failed under either policy when its attempts are used up', async () => {
    const id = await inDoubt();
    await new SweepStore(database.sql).resolveDoubts({ ...policy, maxAttempts: 1 });
    expect(await stateOf(id)).toMatchObject({ status: 'Failed', attempts: 1, attemptsSpent: 1 });
  });

  test('is recorded and not repeated when the event comes after it was queued again', async () => {
    const id = await inDoubt();
    await new SweepStore(database.sql).resolveDoubts(policy);
    await new EventStore(database.sql).record([anEvent(id, 'delivery')]);
    const send = await claim(id, { epoch: 1 });
    expect(send?.acceptedEarlier).toEqual({ providerMessageId: 'm-1' });
  });

  test('is resolved once by any number of sweepers', async () => {
    const id = await inDoubt();
    const sweeps = await Promise.all(
      Array.from({ length: 10 }, () => new SweepStore(database.sql).resolveDoubts(policy)),
    );
    expect(sweeps.flat().filter(({ sendId }) => sendId === id)).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ epoch: 1, resends: 1 });
  });
});

describe('events', () => {
  const types = ['send', 'delay', 'delivery', 'bounce', 'complaint'] as const;

  test.each([[types], [types.toReversed()], [['delivery', 'send', 'complaint', 'delay', 'bounce'] as const]])(
    'in the order %j, each twice, end in the same state',
    async (order) => {
      const send = await claimed(await aQueuedSend(database));
      await new AttemptStore(database.sql).record([sentRecord(send)], windows);
      for (const type of [...order, ...order])
        await new EventStore(database.sql).record([anEvent(send.id, type, `source-${type}`)]);
      expect(await stateOf(send.id)).toMatchObject({ status: 'Sent', delivery: 'complained' });
      expect(await database.prisma.emailEvent.count({ where: { sendId: send.id } })).toBe(types.length);
    },
  );

  test.each([[['send', 'reject']], [['reject', 'send']], [['reject']]] as const)(
    'of the types %j prove, in any order, that SES took what was in doubt',
    async (order) => {
      const send = await claimed(await aQueuedSend(database));
      await new AttemptStore(database.sql).record([doubtRecord(send)], windows);
      for (const type of order) await new EventStore(database.sql).record([anEvent(send.id, type)]);
      // And then gave it to nobody.
      expect(await stateOf(send.id)).toMatchObject({ status: 'Sent', delivery: 'bounced' });
    },
  );

  test('of sends that nobody knows are kept apart', async () => {
    const unknown = randomUUID();
    const events = new EventStore(database.sql);
    expect(await events.record([anEvent(unknown, 'delivery')])).toMatchObject({ settled: [], unmatched: 1 });
    expect(await database.prisma.emailEvent.count({ where: { sendId: unknown } })).toBe(0);
    expect(await database.prisma.unmatchedEvent.count({ where: { sendId: unknown } })).toBe(1);
  });
});

describe('a row that someone else has locked', () => {
  type Sweep = (id: string) => Promise<unknown>;
  test.each<readonly [string, Partial<EmailSendState>, Sweep]>([
    [
      'scheduled, its time come',
      { status: 'Scheduled' },
      () => new SweepStore(database.sql).beginScheduled(1_000),
    ],
    [
      'claimed, its lease over',
      { leaseMs: -1 },
      () => new SweepStore(database.sql).expireLeases({ limit: 1_000, ...windows }),
    ],
    [
      'in doubt, its window over',
      { isInDoubt: true },
      () => new SweepStore(database.sql).resolveDoubts({ ...policy, limit: 1_000 }),
    ],
  ])('%s, is passed over by a sweep, at once', async (_name, state, run) => {
    const id = await inState(state);
    const before = await stateOf(id);
    await database.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT id FROM email_sends WHERE id = ${id}::uuid FOR UPDATE`;
      await run(id);
    });
    expect(await stateOf(id)).toEqual(before);
  });
});

describe('what waits', () => {
  type From = Parameters<SweepStore['findWaiting']>[0];
  const sweeps = () => new SweepStore(database.sql);

  /** Walks from a place to its end, in pages of 7; answers those of `ids` that it met, in order. */
  async function walk(from: From, ids: readonly string[]) {
    const met: string[] = [];
    for (let page = await sweeps().findWaiting(from, 7); ; ) {
      met.push(...page.jobs.map(({ sendId }) => sendId));
      if (page.last === null) return met.filter((id) => ids.includes(id));
      page = await sweeps().findWaiting({ ...from, after: page.last }, 7);
    }
  }

  test('is met once and in order, page by page, also where many have one moment, and is not changed', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => aQueuedSend(database)));
    await database.prisma.$executeRaw`
      UPDATE email_sends SET sweep_at = now() - (('x' || right(id::text, 1))::bit(4)::int % 3) * interval '1 second'
      WHERE id = ANY(${ids}::uuid[])`;
    const before = await Promise.all(ids.map(stateOf));
    const rows = await database.prisma.emailSend.findMany({
      where: { id: { in: ids } },
      orderBy: [{ sweepAt: 'asc' }, { id: 'asc' }],
      select: { id: true },
    });
    const met = await walk({ after: null, isWhole: false }, ids);
    expect(met).toEqual(rows.map(({ id }) => id));
    expect(await Promise.all(ids.map(stateOf))).toEqual(before);
  });

  test('is met before its moment only when the queue has lost all, and before it may be sent not at all', async () => {
    const soon = await aQueuedSend(database);
    const later = await aQueuedSend(database, { scheduledAt: new Date(Date.now() + 3_600_000) });
    const ids = [soon, later];
    expect(await walk({ after: null, isWhole: false }, ids)).toEqual([]);
    expect(await walk({ after: null, isWhole: true }, ids)).toEqual([soon]);
  });

  test('has its moment ahead of it, by more than any commit takes, whatever queued it', async () => {
    const clock = async () => {
      const [row] = await database.prisma.$queryRaw<{ readonly now: Date }[]>`SELECT now()`;
      return Number(row?.now);
    };
    const sweptAt = async (id: string) => {
      const row = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
      return row.sweepAt.getTime();
    };
    const madeAt = await clock();
    const id = await aQueuedSend(database);
    expect(await sweptAt(id)).toBeGreaterThanOrEqual(madeAt + 15_000);
    const missedAt = await clock();
    await new SendStore(database).sweepSoon([id]);
    expect(await sweptAt(id)).toBeGreaterThanOrEqual(missedAt + 1_000);
    expect(await sweptAt(id)).toBeLessThan(madeAt + 15_000);
    const scheduledAt = new Date(madeAt + 3_600_000);
    expect(await sweptAt(await aQueuedSend(database, { scheduledAt }))).toBe(scheduledAt.getTime());
  });
});

import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { runSql } from '@postroom/testkit';
import { firstIdOf } from '../../src/ids-by-time.ts';
import { ClaimStore, OperationStore, openDatabase } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { type Closers, closeAll, makeDatabase } from '../connection/own-database.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(4);
const store = () => new OperationStore(database.prisma);
const inAnHour = () => new Date(Date.now() + 3_600_000);
const anHourAgo = () => new Date(Date.now() - 3_600_000);

test('what is not finished is counted by status and lane, with how long the oldest that is due has waited', async () => {
  const [old] = [await aQueuedSend(database), await aQueuedSend(database)];
  await database.prisma.emailSend.update({ where: { id: old }, data: { nextAttemptAt: anHourAgo() } });
  await aQueuedSend(database, { lane: 'marketing', status: 'Scheduled', scheduledAt: inAnHour() });
  const taken = await aQueuedSend(database, { lane: 'marketing' });
  const request = { sendId: taken, epoch: 0, leaseToken: randomUUID() };
  await new ClaimStore(database.sql).claim([request], { leaseMs: 60_000, worker: 'test' });
  await database.prisma.emailSend.update({ where: { id: taken }, data: { inDoubtSince: new Date() } });

  const backlog = await store().countBacklog();
  const of = (status: string, lane: string) =>
    backlog.find((group) => group.status === status && group.lane === lane);
  expect(backlog).toHaveLength(3);
  expect(of('Queued', 'transactional')).toMatchObject({ count: 2, inDoubt: 0 });
  expect(of('Queued', 'transactional')?.oldestDueSeconds).toBeGreaterThanOrEqual(3_599);
  expect(of('Scheduled', 'marketing')).toMatchObject({ count: 1, oldestDueSeconds: null });
  expect(of('Processing', 'marketing')).toMatchObject({ count: 1, inDoubt: 1 });
});

test('work that the queue may not know is what was scheduled and is due, and whether anything is overdue', async () => {
  const due = await aQueuedSend(database, { status: 'Scheduled', scheduledAt: anHourAgo() });
  const waits = await aQueuedSend(database);
  await database.prisma.emailSend.updateMany({
    where: { status: 'Queued' },
    data: { sweepAt: inAnHour() },
  });
  expect(await store().findUntoldWork()).toEqual({ due: 1, isAnyOverdue: false });
  await database.prisma.emailSend.update({ where: { id: due }, data: { status: 'Canceled' } });
  await database.prisma.emailSend.update({ where: { id: waits }, data: { sweepAt: anHourAgo() } });
  expect(await store().findUntoldWork()).toEqual({ due: 0, isAnyOverdue: true });
});

test('what was accepted is counted by minutes, and of the newest so many batches only minutes that are whole', async () => {
  const workspaceId = newId();
  await database.prisma.workspace.create({ data: { id: workspaceId, name: 'Accepts' } });
  const minute = 1_000_000;
  const batchAt = (ms: number, accepted: number) => ({
    id: `${firstIdOf(new Date(ms)).slice(0, 24)}${newId().slice(24)}`,
    workspaceId,
    dialect: 'items' as const,
    total: accepted,
    accepted,
    rejected: 0,
  });
  const times = [0, 59_999, 60_000, 119_999, 180_000].map((ms) => minute * 60_000 + ms);
  await database.prisma.batch.createMany({ data: times.map((ms, at) => batchAt(ms, at + 1)) });
  const whole = [
    { minute, count: 3 },
    { minute: minute + 1, count: 7 },
  ];
  expect(await store().countAccepted(minute, minute + 3)).toMatchObject({ from: minute, minutes: whole });
  const partial = await store().countAccepted(minute, minute + 3, 3);
  expect(partial).toMatchObject({ from: minute + 1, minutes: whole.slice(1) });
});

test('recent failures are told by their causes, the most frequent first', async () => {
  const failed = async (failureClass: string, failureMessage: string, updatedAt = new Date()) => {
    const id = await aQueuedSend(database);
    await database.prisma.emailSend.update({
      where: { id },
      data: { status: 'Failed', failureClass, failureMessage, updatedAt },
    });
  };
  await failed('rejected', 'SES refused it');
  await failed('rejected', 'SES refused it');
  await failed('rendering', 'no such helper');
  await failed('rejected', 'long ago', new Date(0));
  expect(await store().findCausesOfAll(anHourAgo())).toMatchObject({
    isPartial: false,
    causes: [
      { class: 'rejected', cause: 'SES refused it', count: 2 },
      { class: 'rendering', cause: 'no such helper', count: 1 },
    ],
  });
});

test('the tables that change most are told with their dead rows, and how old the oldest transaction is', async () => {
  const { deadRows, oldestTransactionSeconds } = await store().findBloat();
  expect(deadRows.map(({ table }) => table).toSorted()).toEqual([
    'email_events',
    'email_sends',
    'send_attempts',
    'webhook_notices',
  ]);
  expect(oldestTransactionSeconds).toBeGreaterThanOrEqual(0);
});

test('a transaction that was prepared and forgotten counts, and so does whatever was begun since', async () => {
  await runSql(database.directUrl, "BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'forgotten'");
  try {
    for (let begun = 0; begun < 5; begun += 1) await database.prisma.$executeRaw`SELECT pg_current_xact_id()`;
    const { oldestTransactionSeconds, oldestSnapshotTransactions } = await store().findBloat();
    expect(oldestTransactionSeconds).toBeGreaterThan(0);
    expect(oldestSnapshotTransactions).toBeGreaterThanOrEqual(6);
  } finally {
    await runSql(database.directUrl, "ROLLBACK PREPARED 'forgotten'");
  }
});

test('a transaction that has written and is left open counts, though it has no snapshot just now', async () => {
  await database.prisma.$transaction(async (open) => {
    await open.$executeRaw`SELECT pg_current_xact_id()`;
    for (let begun = 0; begun < 5; begun += 1) await database.prisma.$executeRaw`SELECT pg_current_xact_id()`;
    const { oldestTransactionSeconds, oldestSnapshotTransactions } = await store().findBloat();
    expect(oldestTransactionSeconds).toBeGreaterThan(0);
    expect(oldestSnapshotTransactions).toBeGreaterThanOrEqual(6);
  });
});

test('a role without rights is told what it may see', async () => {
  const closers: Closers = [];
  try {
    const { url } = await makeDatabase(closers);
    const own = openDatabase({ url: url.href, maxConnections: 1 });
    closers.push(() => own.close());
    expect(await new OperationStore(own.prisma).findBloat()).toEqual({
      deadRows: [],
      oldestTransactionSeconds: expect.any(Number),
      oldestSnapshotTransactions: expect.any(Number),
    });
  } finally {
    await closeAll(closers);
  }
});

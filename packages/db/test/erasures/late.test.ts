import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { ErasureStore, writeTimes } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { ownerOf } from '../notify/notices.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(5);

let serial = 0;
const anAddress = () => `ada-${++serial}@example.com`;
const aSend = (email: string) => aQueuedSend(database, { to: { email, name: null } });

/** What requests leave that were under way: a send, a profile that names the person, and one of theirs, a suppression. */
async function leave(email: string): Promise<void> {
  const { workspaceId } = await ownerOf(database.prisma);
  const owned = () => ({ id: randomUUID(), workspaceId });
  await database.prisma.profile.create({ data: { ...owned(), email, emailKey: email } });
  await database.prisma.profile.create({ data: { ...owned(), attributes: { boss: email } } });
  await database.prisma.suppression.create({
    data: { workspaceId, email, emailKey: email, reason: 'Manual', origin: 'client' },
  });
}

/** What is left in the places where requests leave something. */
async function leftOf(email: string) {
  const profiles = await database.prisma.profile.findMany();
  const suppressions = await database.prisma.suppression.findMany();
  const sends = await database.prisma.emailSend.findMany();
  return [...profiles, ...suppressions, ...sends].filter((row) => JSON.stringify(row).includes(email));
}

const isDone = async (id: string) =>
  (await database.prisma.erasure.findUniqueOrThrow({ where: { id } })).stage === 'done';

test('what comes with mail that is found late goes with it', async () => {
  const email = anAddress();
  const { ask, step, untilStage } = erasing(database);
  await aSend(email);
  const id = await ask(email);
  await untilStage('uses');
  await aSend(email);
  await leave(email);
  await eventually(async () => (await step()) === null && isDone(id), { what: 'the erasure to be done' });
  expect(await leftOf(email)).toEqual([]);
});

test('an external id that names the address is hidden, of a profile that has another one', async () => {
  const email = anAddress();
  const { workspaceId } = await ownerOf(database.prisma);
  const id = randomUUID();
  await database.prisma.profile.create({
    data: {
      id,
      workspaceId,
      externalId: `crm/${email}`,
      email: 'bob@example.com',
      emailKey: 'bob@example.com',
    },
  });
  const { ask, untilStage } = erasing(database);
  await ask(email);
  await untilStage('notices');
  const { externalId } = await database.prisma.profile.findUniqueOrThrow({ where: { id } });
  expect(externalId).toMatch(/^erased:[0-9a-f]{64}$/);
  await database.prisma.profile.delete({ where: { id } });
});

test('whoever goes on writing to the person does not keep an erasure from its end', async () => {
  const email = anAddress();
  const { ask, step } = erasing(database);
  const id = await ask(email);
  const stages: (string | undefined)[] = [];
  await eventually(
    async () => {
      const stage = (await step())?.stage;
      // As each walk begins.
      if (stage === 'uses' && stages.at(-1) === 'bodies') await aSend(email);
      stages.push(stage);
      return isDone(id);
    },
    { what: 'the erasure to be done', intervalMs: 1, timeoutMs: 20_000 },
  );
  expect(stages.filter((stage) => stage === 'people')).toHaveLength(4);
});

test('whoever found content before it was to go has the longest that any door leaves it to write a send', async () => {
  const { ask, untilStage } = erasing(database);
  const id = await ask(anAddress());
  await untilStage('people');
  const before = Date.now();
  await new ErasureStore(database.prisma).eraseNext();
  const { notBefore } = await database.prisma.erasure.findUniqueOrThrow({ where: { id } });
  const { statementMs, waitMs, transactionMs } = writeTimes;
  expect(notBefore.getTime() - before).toBeGreaterThanOrEqual(statementMs + waitMs + transactionMs);
});

describe('asked for again', () => {
  test.each(['mentions', 'contents'])(
    'when it had come to %s, it takes with it what has appeared since',
    async (stage) => {
      const email = anAddress();
      const { ask, askAgain, step, untilStage } = erasing(database);
      const id = await ask(email);
      await untilStage(stage);
      await database.prisma.suppression.create({
        data: {
          workspaceId: (await ownerOf(database.prisma)).workspaceId,
          ...{ email, emailKey: email, reason: 'Manual', origin: 'client' },
        },
      });
      expect(await askAgain(email)).toBe(id);
      await eventually(async () => (await step()) === null && isDone(id), { what: 'the erasure to be done' });
      expect(await leftOf(email)).toEqual([]);
    },
  );

  test('before it has passed anything, it runs once', async () => {
    const email = anAddress();
    const { ask, askAgain, step } = erasing(database);
    const id = await ask(email);
    await askAgain(email);
    const stages: (string | undefined)[] = [];
    await eventually(
      async () => {
        stages.push((await step())?.stage);
        if (stages.at(-1) === 'sends') await askAgain(email);
        return isDone(id);
      },
      { what: 'the erasure to be done', intervalMs: 1 },
    );
    expect(stages.filter((stage) => stage === 'people')).toHaveLength(1);
  });
});

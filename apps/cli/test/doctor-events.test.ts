import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { type Database, openDatabase, SesAccountStore, WorkspaceStore } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/testkit';
import { checkEvents } from '../src/doctor/running/check-mail.ts';
import { writeSent } from './a-sent-send.ts';

let lent: TestDatabase;
let database: Database;

beforeAll(async () => {
  lent = await createTestDatabase();
  database = openDatabase({ url: lent.url, maxConnections: 2 });
});

afterAll(async () => {
  await database?.close();
  await lent?.drop();
});

/** Sends that SES took through an account; answers their ids. */
async function sentThrough(accountId: string | null, count: number): Promise<readonly string[]> {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const at = new Date(Date.now() - 3_600_000);
  return writeSent(database, { workspaceId, accountId, at }, count);
}

async function report(sendId: string): Promise<void> {
  const { workspaceId } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id: sendId } });
  await database.prisma.emailEvent.create({
    data: { id: newId(), workspaceId, sendId, type: 'delivery', sourceId: sendId, occurredAt: new Date() },
  });
}

const found = () => checkEvents(database, { SNS_TOPIC_ARNS: ['arn:aws:sns:us-east-1:123456789012:events'] });

test('an account on whose mail SES reports nothing is named, however much it reports on that of another', async () => {
  const made = { name: 'eu', region: 'eu-west-1', profile: null, endpoint: 'http://127.0.0.1:1' };
  const account = await new SesAccountStore(database.prisma).create(made);
  const [ofEu = ''] = await sentThrough(account?.id ?? null, 2);
  const ofDefault = await sentThrough(null, 600);
  expect(await found()).toMatchObject({
    what: expect.stringContaining('none of the last 602 sends that it took.'),
  });
  await report(ofDefault.at(-1) ?? '');
  expect(await found()).toMatchObject({
    what: 'SES has reported on none of the last 2 sends that it took through eu, though on those through others.',
  });
  await report(ofEu);
  expect(await found()).toMatchObject({
    kind: 'fine',
    note: expect.stringContaining('of the last 602 sends'),
  });
});

import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { payloadOf } from '@postroom/core';
import { NoticeStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, failed, ownerOf, recordOf } from '../notify/notices.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(5);

const email = 'ada@example.com';

/** Makes a notice that names the person, and answers its id. */
const notices = {
  'of mail to another that names them': () =>
    aQueuedSend(database, { to: { email: 'bob@example.com', name: null }, subject: `About ${email}` }),
  'of a profile that was made for them meanwhile': async () => {
    const { workspaceId } = await ownerOf(database.prisma);
    const profileId = randomUUID();
    await database.prisma.profile.create({ data: { id: profileId, workspaceId, email, emailKey: email } });
    const endpointId = (await database.prisma.webhookEndpoint.findFirstOrThrow()).id;
    const type = 'subscription.changed';
    await database.prisma.webhookNotice.create({
      data: { id: randomUUID(), workspaceId, endpointId, type, facts: { profileId, subscribed: true } },
    });
  },
};

test.each(Object.entries(notices))(
  'a try to tell %s that ends after its erasure is not written down, and is made again',
  async (_what, tell) => {
    await database.prisma.webhookEndpoint.deleteMany();
    await database.prisma.webhookNotice.deleteMany();
    const endpointId = await anEndpoint(database.prisma, await ownerOf(database.prisma));
    const { ask, untilStage } = erasing(database);
    await ask(email);
    await tell();
    const store = new NoticeStore(database.prisma, { leaseMs: 60_000 });
    const claimed = await store.claim(endpointId, 10);
    const [notice] = claimed.kind === 'claimed' ? claimed.notices : [];
    if (notice === undefined) throw new Error('nothing was due');
    const request = payloadOf(notice);
    expect(request).toContain(email);
    await untilStage('bodies');

    expect(await store.record(recordOf(notice, { ...failed, request }))).toMatchObject({ isRecorded: false });

    expect(await database.prisma.webhookAttempt.count()).toBe(0);
    expect(await database.prisma.webhookNotice.findMany()).toMatchObject([
      { state: 'pending', leaseToken: null },
    ]);
  },
);

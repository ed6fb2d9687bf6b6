import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createGroup } from '@postroom/core';
import { createResourceStores, NoticeStore, PreferenceStore, UnsubscribeStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf } from '../notify/notices.ts';

const database = fileDatabase(5);

let endpointId: string;
beforeEach(async () => {
  await database.prisma.webhookEndpoint.deleteMany({});
  await database.prisma.webhookNotice.deleteMany({});
  endpointId = await anEndpoint(database.prisma, await ownerOf(database.prisma));
});

describe('of what a link changes again and again the last word, not each:', () => {
  const waiting = async () =>
    (
      await database.prisma.webhookNotice.findMany({
        where: { type: 'subscription.changed', state: 'pending' },
      })
    ).map(({ facts }) => facts as Record<string, unknown>);
  const aSendOf = async () => {
    const { workspaceId } = await ownerOf(database.prisma);
    const { subscriptionGroups } = createResourceStores(database.prisma);
    const [own, ...others] = await Promise.all(
      ['News', 'Offers', 'Tips'].map((name) =>
        createGroup({ subscriptionGroups }, { workspaceId, isSimulated: false }, { name, type: 'OptOut' }),
      ),
    );
    const to = { email: `${randomUUID()}@example.com`, name: null };
    const subscriptionGroupId = own?.id ?? null;
    return {
      id: await aQueuedSend(database, { subscriptionGroupId, to }),
      others: others.map(({ id }) => id),
    };
  };
  const rounds = Array.from({ length: 60 }, (_, at) => at % 2 === 1);
  type LinkedSend = Awaited<ReturnType<typeof aSendOf>>;

  test.each<[string, number, (send: LinkedSend, isSubscribed: boolean) => Promise<unknown>]>([
    [
      'of its own group',
      1,
      ({ id }, isSubscribed) => new UnsubscribeStore(database.prisma).subscribe(id, isSubscribed),
    ],
    [
      'of two others',
      2,
      ({ id, others }, isSubscribed) =>
        new PreferenceStore(database.prisma).save(
          { id, place: 0 },
          others.map((groupId) => ({ groupId, isSubscribed })),
        ),
    ],
  ])('%s one notice waits for each', async (_what, notices, change) => {
    const send = await aSendOf();
    for (const isSubscribed of [...rounds, false]) await change(send, isSubscribed);
    const told = await waiting();
    expect(told).toHaveLength(notices);
    for (const facts of told) expect(facts).toMatchObject({ subscribed: false, by: 'link' });
  });

  test('what somebody has in hand, or has tried, stays as it was told, and the next word is another notice', async () => {
    const { id } = await aSendOf();
    const links = new UnsubscribeStore(database.prisma);
    await links.subscribe(id, false);
    await database.prisma.webhookNotice.deleteMany({ where: { type: { not: 'subscription.changed' } } });
    const claim = await new NoticeStore(database.prisma, { leaseMs: 60_000 }).claim(endpointId, 10);
    expect(claim.kind === 'claimed' && claim.notices).toHaveLength(1);
    for (const isSubscribed of rounds) await links.subscribe(id, isSubscribed);
    expect((await waiting()).map(({ subscribed }) => subscribed).sort()).toEqual([false, true]);
  });

  test('however many of one address are changed in turn, and whatever else waits in between', async () => {
    const send = await aSendOf();
    const { workspaceId } = await ownerOf(database.prisma);
    const { email } = await database.prisma.$queryRaw<{ email: string }[]>`
      SELECT to_key AS email FROM email_sends WHERE id = ${send.id}::uuid`.then(
      ([row]) => row ?? { email: '' },
    );
    await database.prisma.$executeRaw`
      INSERT INTO profiles (id, workspace_id, external_id, email, email_key)
      SELECT gen_random_uuid(), ${workspaceId}::uuid, i::text, ${email}, ${email} FROM generate_series(1, 101) AS i`;
    const links = new PreferenceStore(database.prisma);
    for (const isSubscribed of [false, true, false]) {
      for (const groupId of send.others)
        await links.save({ id: send.id, place: 0 }, [{ groupId, isSubscribed }]);
      await database.prisma.$executeRaw`
        INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type)
        SELECT gen_random_uuid(), ${workspaceId}::uuid, ${endpointId}::uuid, 'email.sent' FROM generate_series(1, 201)`;
    }
    const told = await waiting();
    expect(told).toHaveLength(2 * (await database.prisma.profile.count({ where: { emailKey: email } })));
    expect(told.every(({ subscribed }) => subscribed === false)).toBe(true);
  });
});

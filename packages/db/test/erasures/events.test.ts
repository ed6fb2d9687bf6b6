import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ProviderEvent } from '@postroom/core';
import { EventStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf } from '../notify/notices.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(5);

let serial = 0;
const anAddress = () => `ada-${++serial}@example.com`;

const aBounce = (sendId: string, email: string, bounceSubType: string): ProviderEvent => ({
  sourceId: randomUUID(),
  type: 'bounce',
  sendId,
  attempt: 1,
  providerMessageId: 'm',
  occurredAt: new Date(),
  isPermanentBounce: true,
  recipients: [email],
  reports: [{ email, status: '5.1.1', diagnostic: `smtp; 550 ${email}` }],
  detail: { bounceType: 'Permanent', bounceSubType },
});

/** How many rows of these tables name an address. */
async function namedIn(email: string): Promise<Readonly<Record<string, number>>> {
  const tables = ['email_events', 'webhook_notices', 'suppressions', 'soft_bounces', 'profiles'];
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await database.prisma.$queryRawUnsafe<{ readonly count: number }[]>(
      `SELECT count(*)::int AS count FROM ${table} t WHERE strpos(t::text, $1) > 0`,
      email,
    );
    if (row !== undefined && row.count > 0) counts[table] = row.count;
  }
  return counts;
}

test.each(['General', 'UnsubscribedRecipient'])(
  'a bounce (%s) that is written while its send is erased names nobody',
  async (subType) => {
    const email = anAddress();
    const { workspaceId } = await ownerOf(database.prisma);
    await anEndpoint(database.prisma, await ownerOf(database.prisma));
    await database.prisma.subscriptionGroup.create({
      data: {
        id: randomUUID(),
        workspaceId,
        name: 'News',
        type: 'OptOut',
        marketingDefault: subType !== 'General',
      },
    });
    const sendId = await aQueuedSend(database, { to: { email, name: null } });
    await database.prisma.webhookNotice.deleteMany();
    await database.prisma.emailSend.update({ where: { id: sendId }, data: { status: 'Sent', attempts: 1 } });

    await erasing(database).meet(
      // As the piece of an erasure does it.
      (sql) => sql.run`
        UPDATE email_sends SET to_email = 'erased@erased.invalid', to_key = 'erased', erased_at = now()
        WHERE id = ${sendId}::uuid`,
      () => new EventStore(database.sql).record([aBounce(sendId, email, subType)]),
    );

    expect(await namedIn(email)).toEqual({});
    expect(await database.prisma.emailEvent.count({ where: { sendId, type: 'bounce' } })).toBe(1);
    expect(await database.prisma.webhookNotice.count({ where: { sendId } })).toBe(0);
  },
);

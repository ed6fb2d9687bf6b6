import { expect, test } from '@jest/globals';
import { NoticeLogStore, NoticeStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, aWorkspace } from './notices.ts';

const database = fileDatabase(2);

test('what is due now is claimed by whoever asks within the same millisecond', async () => {
  const owner = await aWorkspace(database.prisma);
  const id = await anEndpoint(database.prisma, owner);
  await new NoticeLogStore(database.prisma).addTest({ ...owner, id }, { type: 'email.sent', facts: {} });
  // Every other one would be due half a millisecond later by the rounding of its column: ten of ten never are.
  for (let tries = 1; tries <= 10; tries += 1) {
    const taken = await database.prisma.$transaction(async (prisma) => {
      await prisma.$executeRaw`UPDATE webhook_notices SET next_attempt_at = now() WHERE endpoint_id = ${id}::uuid`;
      return new NoticeStore(prisma, { leaseMs: 60_000 }).claim(id, 1);
    });
    expect(taken).toMatchObject({ kind: 'claimed', notices: [{ attempt: tries }] });
  }
});

import { randomUUID } from 'node:crypto';
import { AttemptStore, ClaimStore, type Sql } from '@postroom/db';

/** How many sends one of a worker's statements has, and how many of them are under way. */
export const groupSize = 50;
export const atOnce = 3;

async function sendGroup(sql: Sql, ids: readonly string[]): Promise<void> {
  const requests = ids.map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() }));
  const claims = await new ClaimStore(sql).claim(requests, { leaseMs: 60_000, worker: 'bench' });
  const records = [...claims.values()].map((result) => {
    if (result.kind !== 'claimed') throw new Error(`A send was not claimed: ${result.kind}.`);
    const { id: sendId, leaseToken, attempt } = result.send;
    const sent = { kind: 'sent', providerMessageId: 'm', subject: 'Hello' } as const;
    return { sendId, leaseToken, attempt, result: sent };
  });
  const recorded = await new AttemptStore(sql).record(records, { inDoubtWindowMs: 60_000 });
  if (recorded.size !== ids.length) throw new Error('A send was not recorded.');
}

/** Claims and records sends as workers do, in the same groups. */
export async function sendAll(sql: Sql, ids: readonly string[]): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < ids.length) {
      const group = ids.slice(next, next + groupSize);
      next += groupSize;
      await sendGroup(sql, group);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

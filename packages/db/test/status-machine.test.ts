import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { SendStatus } from '@postroom/contracts';
import { mayMove } from '@postroom/core';
import fc from 'fast-check';
import { aQueuedSend } from './a-send.ts';
import { fileDatabase } from './file-database.ts';
import { type Model, newModel } from './status-machine/model.ts';
import { type Move, moves } from './status-machine/moves.ts';

const database = fileDatabase(5);

/** The row as far as the model knows it, and its attempt rows. */
async function stateOf(id: string) {
  const row = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
  const attempts = await database.prisma.sendAttempt.findMany({
    where: { sendId: id },
    select: { spent: true },
  });
  return {
    status: row.status,
    isInDoubt: row.inDoubtSince !== null,
    leaseToken: row.leaseToken,
    epoch: row.epoch,
    attempts: row.attempts,
    resends: row.resends,
    attemptRows: attempts.length,
    spentRows: attempts.filter(({ spent }) => spent).length,
    hasReason: row.failureMessage !== null,
  };
}

async function play(script: readonly Move[]): Promise<void> {
  const id = await aQueuedSend(database, { lane: 'marketing' });
  const world = {
    prisma: database.prisma,
    sql: database.sql,
    id,
    workspaceId: (await database.prisma.emailSend.findUniqueOrThrow({ where: { id } })).workspaceId,
  };
  const model: Model = newModel();
  let before: SendStatus = 'Queued';
  for (const move of script) {
    await moves[move.kind](world, model, { ...move, token: randomUUID() });
    const { hasReason, ...state } = await stateOf(id);
    expect(state).toEqual({
      status: model.status,
      isInDoubt: model.isInDoubt,
      leaseToken: model.lease,
      epoch: model.epoch,
      attempts: model.attempts,
      resends: model.resends,
      attemptRows: model.attempts,
      spentRows: model.spent,
    });
    if (state.status !== before)
      expect(`${before}>${state.status} ${mayMove(before, state.status)}`).toBe(
        `${before}>${state.status} true`,
      );
    if (state.status === 'Failed') expect(hasReason).toBe(true);
    before = state.status;
  }
}

const script = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...([
        'claim',
        'claim',
        'begin',
        'record',
        'record',
        'expire',
        'resolve',
        'event',
        'sweep',
        'cancel',
        'retry',
      ] as const),
    ),
    /** Picks among what a move can be made with. */
    pick: fc.nat(999),
  }),
  { minLength: 5, maxLength: 30 },
);

const seed = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 1e9));

test(`claims, records, expiries, events, sweeps, cancels and retries in any order leave the row that the model says (seed ${seed})`, async () => {
  await fc.assert(fc.asyncProperty(script, play), { seed, numRuns: 120 });
});

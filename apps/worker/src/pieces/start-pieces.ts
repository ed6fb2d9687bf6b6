import { doActionPiece } from '@postroom/core';
import {
  ActionStore,
  type Database,
  DirectoryStore,
  ErasureStore,
  SendChangeStore,
  SendReadStore,
} from '@postroom/db';
import type { Foundation, workerVariables } from '@postroom/process';
import type { SendQueue } from '@postroom/redis';
import type { z } from 'zod';
import { runPieces } from './run-pieces.ts';

/** What long work stands on. */
type PiecesBase = Foundation & {
  readonly config: Pick<
    z.output<z.ZodObject<typeof workerVariables>>,
    'SENDER_VERIFICATION' | 'SEND_LEASE_MS' | 'SWEEP_INTERVAL_MS'
  >;
  readonly database: Database;
  readonly queue: SendQueue;
};

function startEraser({ config, database, logger, errors, closeStack }: PiecesBase): void {
  const erasures = new ErasureStore(database.prisma);
  const eraseNext = async () => {
    const step = await erasures.eraseNext();
    if (step?.stage === 'done') {
      logger.info({ event: 'person_erased', erasureId: step.id, workspaceId: step.workspaceId });
    }
    return step;
  };
  const eraser = runPieces(eraseNext, {
    intervalMs: config.SWEEP_INTERVAL_MS,
    failure: 'erasing_failed',
    errors,
  });
  closeStack.defer('eraser', () => eraser.stop());
}

function startActions({ config, database, queue, logger, errors, closeStack }: PiecesBase): void {
  const { prisma, sql } = database;
  const deps = {
    actions: new ActionStore(prisma, { leaseMs: config.SEND_LEASE_MS }),
    sends: new SendReadStore(prisma),
    changes: new SendChangeStore(prisma),
    directory: new DirectoryStore(sql, { refusesFlagged: config.SENDER_VERIFICATION === 'ses' }),
    queue,
    onQueueTrouble: (error: unknown) => errors.note({ event: 'action_without_queue', error }),
  };
  const doNext = async () => {
    const step = await doActionPiece(deps);
    if (step?.isDone) {
      logger.info({ event: 'action_done', actionId: step.id, workspaceId: step.workspaceId });
    }
    return step;
  };
  const actions = runPieces(doNext, {
    intervalMs: config.SWEEP_INTERVAL_MS,
    failure: 'action_failed',
    errors,
  });
  closeStack.defer('actions', () => actions.stop());
}

/** Does the long work that somebody asked for, piece by piece, until the process stops: erasures, and actions on many sends. */
export function startPieces(base: PiecesBase): void {
  startEraser(base);
  startActions(base);
}

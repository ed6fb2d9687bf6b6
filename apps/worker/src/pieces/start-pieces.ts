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
import { settlesFrom } from '../test-hooks.ts';
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

/** Does one kind of them until the process stops. */
function start(
  { config, errors, closeStack }: PiecesBase,
  { name, failure, doNext }: { name: string; failure: string; doNext: () => Promise<object | null> },
): void {
  const running = runPieces(doNext, { intervalMs: config.SWEEP_INTERVAL_MS, failure, errors });
  closeStack.defer(name, () => running.stop());
}

function startEraser(base: PiecesBase): void {
  const { database, logger } = base;
  const erasures = new ErasureStore(database.prisma);
  const settleMs = settlesFrom(process.env);
  const eraseNext = async () => {
    const step = await erasures.eraseNext(settleMs);
    if (step?.stage === 'done') {
      logger.info({ event: 'person_erased', erasureId: step.id, workspaceId: step.workspaceId });
    }
    return step;
  };
  start(base, { name: 'eraser', failure: 'erasing_failed', doNext: eraseNext });
}

function startActions(base: PiecesBase): void {
  const { config, database, queue, logger, errors } = base;
  const { prisma, sql } = database;
  const deps = {
    actions: new ActionStore(prisma, {
      leaseMs: config.SEND_LEASE_MS,
      onNotUnderstood: (error) => errors.note({ event: 'action_not_understood', error }),
    }),
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
  start(base, { name: 'actions', failure: 'action_failed', doNext });
}

/** Does the long work that somebody asked for, piece by piece, until the process stops: erasures, and actions on many sends. */
export function startPieces(base: PiecesBase): void {
  startEraser(base);
  startActions(base);
}

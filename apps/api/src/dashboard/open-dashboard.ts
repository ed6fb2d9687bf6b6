import { createNowReader } from '@postroom/core';
import {
  ActionStore,
  DashboardSessionStore,
  type Database,
  OperationStore,
  SendRateStore,
  SesAccountStore,
  WorkspaceStore,
} from '@postroom/db';
import {
  createHoldsOfAll,
  createRateLimiter,
  createSmtpRoll,
  createWorkerRoll,
  type SendQueue,
} from '@postroom/redis';
import { findDashboardFiles } from '../dashboard-files.ts';
import type { Dashboard } from './dashboard-routes.ts';
import { queuesPath } from './queue-routes.ts';
import { createSessions } from './sessions.ts';
import { signInLimit, throttleSignIn } from './sign-in-throttle.ts';
import { createStreams } from './streams.ts';

/** The longest that a wrong key waits to be counted, in milliseconds. */
const countingBudgetMs = 500;

/** How long a session is believed without asking the database again, in milliseconds. */
const sessionCacheMs = 5_000;

type DashboardConfig = {
  readonly DASHBOARD: 'on' | 'off';
  readonly QUEUE_PREFIX: string;
  readonly PUBLIC_URL: string;
};

/** What pages ask of the rest of the API. */
type Given = Pick<
  Dashboard,
  'contentGate' | 'drafts' | 'findCaller' | 'limits' | 'message' | 'rates' | 'sends'
> & {
  readonly database: Database;
  readonly queue: SendQueue;
};

/** Loads Bull Board when it is first asked for, and again where that failed. */
function boardOf(queue: SendQueue, prefix: string): Dashboard['openBoard'] {
  let board: ReturnType<Dashboard['openBoard']> | null = null;
  const load = async () => {
    const { createQueueBoard } = await import('./queue-board.ts');
    return createQueueBoard(queue, { prefix, path: queuesPath });
  };
  return () => {
    board ??= load().catch((error: unknown) => {
      board = null;
      throw error;
    });
    return board;
  };
}

/** Opens the dashboard on what the API stands on; null: it is turned off. */
export function openDashboard(
  { DASHBOARD, QUEUE_PREFIX: prefix, PUBLIC_URL: publicUrl }: DashboardConfig,
  { database, queue, ...given }: Given,
): Dashboard | null {
  if (DASHBOARD === 'off') return null;
  const { redis } = queue;
  const store = new DashboardSessionStore(database.prisma);
  const page = { publicUrl };
  const workspaces = new WorkspaceStore(database.prisma);
  const now = createNowReader({
    operations: new OperationStore(database.prisma),
    queue,
    roll: createWorkerRoll({ redis, prefix }),
    smtpRoll: createSmtpRoll({ redis, prefix }),
    holds: createHoldsOfAll({ redis, prefix }),
    sendRate: new SendRateStore(database.prisma),
    accounts: new SesAccountStore(database.prisma),
    workspaces,
  });
  const limiter = createRateLimiter({
    redis,
    keyPrefix: `${prefix}:sign-ins`,
    limit: signInLimit,
    budgetMs: countingBudgetMs,
  });
  return {
    folder: findDashboardFiles(),
    page,
    ...given,
    actions: new ActionStore(database.prisma),
    store,
    sessions: createSessions({ store, cacheMs: sessionCacheMs, page }),
    refuseWrongKey: throttleSignIn(limiter),
    now,
    streams: createStreams(now),
    workspaces,
    openBoard: boardOf(queue, prefix),
  };
}

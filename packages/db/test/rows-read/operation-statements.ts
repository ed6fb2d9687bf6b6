import * as db from '../../src/index.ts';
import { limit, one, type Statements, why } from './statement.ts';

/** What operators see of the database. */
export const operationStatements: Statements = {
  'read/operation-store.ts countBacklog': why('counts what is not finished, for the metrics'),
  'read/operation-store.ts findUntoldWork': one(limit, ({ prisma }) =>
    new db.OperationStore(prisma).findUntoldWork(),
  ),
  'read/operation-store.ts countCauses': [
    one(2_000, ({ prisma }) => new db.OperationStore(prisma).findCausesOfAll(new Date(0))),
    one(2 * 5_000, ({ prisma }, world) =>
      new db.OperationStore(prisma).findByCause(world.owner, new Date(0)),
    ),
  ],
  'read/operation-store.ts countBacklogOf': why(
    'counts what is not finished, for those who look at the dashboard',
  ),
  'read/operation-store.ts countAccepted': one(limit, ({ prisma }) =>
    new db.OperationStore(prisma).countAccepted(Math.floor(Date.now() / 60_000) + 2, 1e8),
  ),
  'read/operation-store.ts findLastEvent': one(2_000, ({ prisma }) =>
    new db.OperationStore(prisma).findLastEvent(),
  ),
  'read/operation-store.ts findHoldScopes': why(
    'reads the senders of a workspace while something is on hold',
  ),
  'read/operation-store.ts findAccountsOf': why(
    'reads what is not finished of some workspaces while an account is on hold',
  ),
  'read/send-read-store.ts findSource': one(3, ({ prisma }, world) =>
    new db.SendReadStore(prisma).findSource({ ...world.owner, id: world.id('send') }),
  ),
  'read/batch-list.ts listBatches': why('walks the newest batches of all owners, 20,000 at most'),
  'resources/dashboard-session-store.ts find': one(3, ({ prisma }) =>
    new db.DashboardSessionStore(prisma).find(`ds_${'x'.repeat(43)}`),
  ),
  'resources/dashboard-session-store.ts open': why('a person signs in'),
  'resources/dashboard-session-store.ts close': why('a person signs out'),
  'read/operation-store.ts countReported': one(5_000 * 3, ({ prisma }) =>
    new db.OperationStore(prisma).countReported(),
  ),
  'read/operation-store.ts findUnverifiedSenders': why('a command of the operator'),
  'read/operation-store.ts findBloat': why('reads what PostgreSQL counts of its tables and sessions'),
};

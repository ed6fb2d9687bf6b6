import * as db from '../../src/index.ts';
import { limit, one, type Statements, why } from './statement.ts';

/** What operators see of the database. */
export const operationStatements: Statements = {
  'read/operation-store.ts countBacklog': why('counts what is not finished, for the metrics'),
  'read/operation-store.ts findUntoldWork': one(limit, ({ prisma }) =>
    new db.OperationStore(prisma).findUntoldWork(),
  ),
  'read/operation-store.ts findRecentFailures': one(2_000, ({ prisma }) =>
    new db.OperationStore(prisma).findRecentFailures(3_600),
  ),
  'read/operation-store.ts countReported': one(500 * 3, ({ prisma }) =>
    new db.OperationStore(prisma).countReported(),
  ),
  'read/operation-store.ts findUnverifiedSenders': why('a command of the operator'),
  'read/operation-store.ts findBloat': why('reads what PostgreSQL counts of its tables and sessions'),
};

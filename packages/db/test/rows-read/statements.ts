import { changeStatements } from './change-statements.ts';
import { listStatements } from './list-statements.ts';
import { noticeStatements } from './notice-statements.ts';
import { operationStatements } from './operation-statements.ts';
import { resourceStatements } from './resource-statements.ts';
import { retentionStatements } from './retention-statements.ts';
import { sendStatements } from './send-statements.ts';
import type { Statements } from './statement.ts';

/** Every function of the package that runs SQL, by file and name. */
export const statements: Statements = {
  ...sendStatements,
  ...changeStatements,
  ...listStatements,
  ...resourceStatements,
  ...operationStatements,
  ...noticeStatements,
  ...retentionStatements,
};

import {
  maxWorkspaceCount,
  pageQuerySchema,
  pageSchema,
  type WorkspaceResource,
  workspaceSchema,
} from '@postroom/contracts';
import { answerObject, type Component } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { pageNotes, queryParameters } from '../parameters.ts';

const workspace = answerObject('Workspace', workspaceSchema, {
  about: 'The numbers of one workspace, and nothing of what it sends or to whom.',
  fields: {
    id: 'What `postroom keys create --workspace` takes.',
    name: 'As its maker called it.',
    isDefault: 'Whether it is the one that an installation begins with.',
    createdAt: 'When it was made.',
    counts: `Its sends by status: all that are not finished, and of the others those that were accepted within 24 hours. ${maxWorkspaceCount.toLocaleString('en-US')} means so many or more.`,
  },
});

const workspacePage = answerObject('WorkspacePage', pageSchema(workspaceSchema), {
  about: 'A page of workspaces.',
  fields: { data: 'The oldest first.', nextCursor: 'What `cursor` continues with; null on the last page.' },
});

/** The components of workspaces. */
export const workspaceComponents: readonly Component[] = [workspace, workspacePage];

const exampleWorkspace: WorkspaceResource = {
  id: exampleIds.workspace,
  name: 'Shop',
  isDefault: false,
  createdAt: exampleTimes.created,
  counts: { Scheduled: 12, Queued: 340, Processing: 8, Sent: 1_000, Failed: 3, Skipped: 1, Canceled: 0 },
};

/** What operators see of workspaces. */
export const workspaceOperations: readonly Operation[] = [
  {
    tag: 'API keys',
    scope: 'operator',
    method: 'get',
    path: '/api/v1/workspaces',
    operationId: 'listWorkspaces',
    summary: 'List the numbers of all workspaces',
    description:
      'For a key with the scope `operator`, which is made by `postroom keys create --scope operator` alone, reaches no other route and is no part of `full`.',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of workspaces.',
        content: jsonOf(
          workspacePage,
          example('One workspace', { data: [exampleWorkspace], nextCursor: null }),
        ),
      },
    },
    errors: [],
  },
];

import {
  type ActionResource,
  actionSchema,
  createActionSchema,
  maxOpenActions,
  sendsFilterSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation, text } from '../operation.ts';
import { idempotencyKeyParameter, idParameter } from '../parameters.ts';
import { filterNotes } from './read-emails.ts';

const filter = requestObject('EmailsFilter', sendsFilterSchema, {
  about:
    'What emails are narrowed to, as in the list of emails. All conditions have to hold; `{}` lets all through.',
  fields: filterNotes,
});

const create = requestObject('CreateAction', createActionSchema, {
  about: 'Something to be done with all emails that a filter lets through.',
  fields: {
    action:
      '`retry`: puts `Failed` ones back into the queue. `cancel`: cancels `Scheduled` and `Queued` ones. `export`: makes them a file to be read.',
    filter:
      'Which emails. A `status` in it has to be one that the action is about. Emails that are accepted later are not touched.',
  },
});

const action = answerObject('Action', actionSchema, {
  about: 'An action on many emails and how far it is. It is kept for 30 days after its end.',
  fields: {
    id: 'What it is asked for by.',
    action: 'What is done.',
    state:
      '`running`: it waits or is under way. `done`: all emails were looked at. `stopped`: by request, or as `not_understood` says.',
    matched:
      'How many emails it was about when it was asked for. Those that became something else before it came to them, since they were sent for instance, are neither done nor refused.',
    matchedIsEstimate: 'True beyond 10,000: then `matched` is what the database’s statistics say.',
    done: 'How many were changed so far. An export changes nothing and is done at once.',
    refused:
      'How many were left as they were, by reason: `not_failed`, `not_waiting` (a worker had it first, or it is at its end), `beaten` (another request retried it first), `changed_since` (it failed anew after the action was asked for), `sender_not_verified`, `never_accepted` (its key belongs to another email), `recipient_erased`, `content_removed` (of its age), `not_understood` (of an action that the workers, of an older version than the API, do not know how to do: it is stopped after ten minutes).',
    createdAt: 'When it was asked for.',
    finishedAt: 'When it was done or stopped, or null.',
  },
});

/** The components of actions. */
export const actionComponents: readonly Component[] = [filter, create, action];

const exampleAction: ActionResource = {
  id: exampleIds.action,
  action: 'retry',
  state: 'running',
  matched: 1_200,
  matchedIsEstimate: false,
  done: 400,
  refused: { sender_not_verified: 3 },
  createdAt: exampleTimes.created,
  finishedAt: null,
};

const path = '/api/v1/emails/actions';
const tag = 'Emails';
const answer = (description: string, change: Partial<ActionResource> = {}) => ({
  description,
  content: jsonOf(action, example('An action', { ...exampleAction, ...change })),
});
const byId = [idParameter('action', exampleIds.action)];

/** What can be done with actions. */
export const actionOperations: readonly Operation[] = [
  {
    tag,
    scope: 'emails:write',
    method: 'post',
    path,
    operationId: 'createAction',
    summary: 'Retry, cancel or export many emails',
    description: [
      'Written down here and done by the workers in small pieces, newest emails first, each by the same rules as one alone: an ' +
        'email that is `Processing` is not canceled, and none is retried twice. It goes on when a worker dies in the midst.',
      `The actions of a workspace are done one after another; ${maxOpenActions} of each mode of keys may wait or be under way, and one more is 409. ` +
        'An export needs `emails:read`, and none of these waits for it.',
    ].join('\n\n'),
    parameters: [
      idempotencyKeyParameter({
        required: false,
        description:
          'A key of your own for this action. The same key with the same body gives the same action as it stands; with another body 409.',
        example: 'retry-after-outage-1',
      }),
    ],
    body: {
      content: jsonOf(create, {
        retry: {
          summary: 'Retry what failed of a template',
          value: { action: 'retry', filter: { status: 'Failed', template_id: exampleIds.template } },
        },
        export: { summary: 'A file of one tag', value: { action: 'export', filter: { tag: 'receipt' } } },
      }),
      maxMiB: 1,
    },
    answers: {
      200: answer('The action that the key stands for, as it stands.'),
      201: answer('It has been written down, and begins at once unless others wait.', {
        done: 0,
        refused: {},
      }),
    },
    errors: ['idempotency_key_reuse', 'state_conflict'],
  },
  {
    tag,
    scope: 'emails:read',
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getAction',
    summary: 'Read how far an action is',
    parameters: byId,
    answers: { 200: answer('The action.', { state: 'done', done: 1_197, finishedAt: exampleTimes.updated }) },
    errors: [],
  },
  {
    tag,
    scope: 'emails:write',
    method: 'post',
    path: `${path}/{id}/stop`,
    operationId: 'stopAction',
    summary: 'Stop an action',
    description:
      'It changes nothing more from this answer on; what it did stays done. Stopping one that is stopped changes nothing; 409 once it is done.',
    parameters: byId,
    answers: { 200: answer('The stopped action.', { state: 'stopped', finishedAt: exampleTimes.updated }) },
    errors: ['state_conflict'],
  },
  {
    tag,
    scope: 'emails:read',
    method: 'get',
    path: `${path}/{id}/export`,
    operationId: 'exportEmails',
    summary: 'Read the file of an export',
    description:
      'Newest first, as the emails stand while it is read: no copy of them is kept. Those that were accepted after the export was ' +
      'asked for are left out. A cell that a spreadsheet would run as a formula begins with an apostrophe. 409 for an action that is no export.',
    parameters: [idParameter('action', exampleIds.exportAction)],
    answers: {
      200: {
        description: 'The file. An answer that breaks off is not the whole of it.',
        content: text(
          'text/csv',
          'One email',
          `id,status,delivery,to,from,subject,templateId,batchId,senderProfileId,tags,providerMessageId,failureMessage,createdAt,updatedAt\r\n${exampleIds.send},Sent,delivered,ada@example.com,Acme <orders@example.com>,Your order 1001,${exampleIds.template},${exampleIds.batch},${exampleIds.senderProfile},receipt,0100019-id-000000,,${exampleTimes.created},${exampleTimes.updated}\r\n`,
        ),
      },
    },
    errors: ['state_conflict'],
  },
];

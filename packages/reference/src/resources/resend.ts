import { resendPageSchema } from '@postroom/contracts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idempotencyKeyParameter, queryParameters } from '../parameters.ts';
import {
  resendBatch,
  resendChanged,
  resendEmail,
  resendEmails,
  resendList,
  resendSent,
  resendShown,
  resendUpdate,
} from './resend-components.ts';

const exampleEmail = {
  from: 'News <news@example.com>',
  to: ['ada@example.com'],
  subject: 'Hello',
  html: '<p>Hello Ada</p>',
  tags: [{ name: 'kind', value: 'welcome' }],
};
const listed = {
  id: exampleIds.send,
  message_id: exampleIds.message,
  to: ['ada@example.com'],
  from: 'News <news@example.com>',
  created_at: exampleTimes.created,
  subject: 'Hello',
  bcc: null,
  cc: null,
  reply_to: null,
  last_event: 'delivered',
  scheduled_at: null,
  topic_id: null,
};
const changed = { object: 'email', id: exampleIds.send };

const id: ParameterObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The UUID of the send, or its `em_...`.',
  schema: { type: 'string' },
  example: exampleIds.send,
};

const key = idempotencyKeyParameter({
  required: false,
  description:
    'A key of your own for this request. The same key with the same body gives the same sends; with another body 409.',
  example: 'welcome-1001',
});

const common = { tag: 'Resend', door: 'resend', errors: [] } as const;
const ofEmails = { ...common, scope: 'emails:write' } as const;

/** What clients of Resend call of emails. */
export const resendOperations: readonly Operation[] = [
  {
    ...ofEmails,
    method: 'post',
    path: '/resend/emails',
    operationId: 'resendSendEmail',
    summary: 'Send one email',
    parameters: [key],
    body: { content: jsonOf(resendEmail, example('An email', exampleEmail)), maxMiB: 25 },
    answers: {
      200: {
        description: 'It was accepted.',
        content: jsonOf(resendSent, example('Its id', { id: exampleIds.send })),
      },
    },
  },
  {
    ...ofEmails,
    method: 'post',
    path: '/resend/emails/batch',
    operationId: 'resendSendBatch',
    summary: 'Send up to 100 emails',
    parameters: [
      key,
      {
        name: 'x-batch-validation',
        in: 'header',
        required: false,
        description:
          '`strict`: one bad email refuses all, and nothing is written. `permissive`: each is taken for itself.',
        schema: { type: 'string', enum: ['strict', 'permissive'], default: 'strict' },
        example: 'permissive',
      },
    ],
    body: {
      content: jsonOf(resendEmails, example('Two emails', [exampleEmail, { ...exampleEmail, to: 'nobody' }])),
      maxMiB: 25,
    },
    answers: {
      200: {
        description: 'What was accepted.',
        content: jsonOf(
          resendBatch,
          example('One of two', {
            data: [{ id: exampleIds.send }],
            errors: [{ index: 1, message: 'to[0] is not an email address such as jane@example.com' }],
          }),
        ),
      },
    },
  },
  {
    ...common,
    scope: 'emails:read',
    method: 'get',
    path: '/resend/emails',
    operationId: 'resendListEmails',
    summary: 'List emails',
    parameters: queryParameters(resendPageSchema, {
      limit: 'How many emails the page may have.',
      after: 'The id of the last email seen: the page begins with the next older one.',
      before: { description: 'Not offered: refused by name.', type: 'string' },
    }),
    answers: {
      200: {
        description: 'A page of emails.',
        content: jsonOf(resendList, example('A page', { object: 'list', has_more: false, data: [listed] })),
      },
    },
  },
  {
    ...common,
    scope: 'emails:read',
    method: 'get',
    path: '/resend/emails/{id}',
    operationId: 'resendGetEmail',
    summary: 'Read one email',
    parameters: [id],
    answers: {
      200: {
        description: 'The email as it stands.',
        content: jsonOf(
          resendShown,
          example('An email', {
            object: 'email',
            ...listed,
            html: '<p>Hello Ada</p>',
            text: null,
            tags: [{ name: 'kind', value: 'welcome' }],
          }),
        ),
      },
    },
  },
  {
    ...ofEmails,
    method: 'patch',
    path: '/resend/emails/{id}',
    operationId: 'resendUpdateEmail',
    summary: 'Move a scheduled email',
    parameters: [id],
    body: {
      content: jsonOf(resendUpdate, example('Another moment', { scheduled_at: exampleTimes.due })),
      maxMiB: 1,
    },
    answers: {
      200: { description: 'It was moved.', content: jsonOf(resendChanged, example('Its id', changed)) },
    },
  },
  {
    ...ofEmails,
    method: 'post',
    path: '/resend/emails/{id}/cancel',
    operationId: 'resendCancelEmail',
    summary: 'Cancel an email',
    parameters: [id],
    answers: {
      200: { description: 'It was canceled.', content: jsonOf(resendChanged, example('Its id', changed)) },
    },
  },
];

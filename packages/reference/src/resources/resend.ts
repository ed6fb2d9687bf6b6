import {
  maxResendBatch,
  resendBatchSchema,
  resendChangedSchema,
  resendEmailSchema,
  resendErrorSchema,
  resendListedSchema,
  resendListSchema,
  resendPageSchema,
  resendSentSchema,
  resendShownSchema,
  resendTagSchema,
  resendUpdateSchema,
} from '@postroom/contracts';
import { z } from 'zod';
import { answerObject, type Component, type Note, requestObject, requestValue } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { JsonSchema, ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idempotencyKeyParameter, queryParameters } from '../parameters.ts';

const address: JsonSchema = { $ref: '#/components/schemas/Address' };
const oneOrMore = (description: string): Note => ({
  description,
  anyOf: [address, { type: 'array', items: address, maxItems: 50 }],
});

const resendTag = requestObject('ResendTag', resendTagSchema, {
  about: 'A tag: ASCII letters, digits, underscores and dashes.',
  fields: { name: 'Its name.', value: 'Its value.' },
});

const resendEmail = requestObject('ResendEmail', resendEmailSchema, {
  about:
    'One email as Resend takes it, read by the rules of our own emails, or of items where it names a template. Unknown fields ' +
    'are refused by name.',
  fields: {
    from: { description: 'The sender: on a verified domain, or of a verified sender profile.', ...address },
    to: oneOrMore('The recipients, at most 50 with those of `cc` and `bcc`.'),
    subject: { description: 'One line. Required unless there is a template.', type: 'string' },
    html: { description: 'The html part.', type: 'string' },
    text: { description: 'The text part. None is made of the html.', type: 'string' },
    cc: oneOrMore('Recipients of a copy.'),
    bcc: oneOrMore('Recipients of a blind copy. They are in no answer.'),
    reply_to: oneOrMore('Where answers go: one address.'),
    headers: { description: 'Custom headers.', $ref: '#/components/schemas/CustomHeaders' },
    scheduled_at: {
      description: 'When to send, ISO 8601 with its offset, at most 30 days ahead. No natural language.',
      type: 'string',
      format: 'date-time',
    },
    tags: 'Kept as tags `name:value`: at most 20, each of 100 characters in all.',
    attachments: {
      description: 'Files in base64. `path` is refused: nothing is fetched.',
      type: ['array', 'null'],
      items: {
        type: 'object',
        required: ['filename', 'content'],
        properties: {
          filename: { type: 'string' },
          content: { type: 'string' },
          content_type: { type: 'string' },
          content_id: { type: 'string' },
        },
      },
    },
    topic_id: 'A subscription group: who left it gets nothing, and the mail has its unsubscribe link.',
    template: 'A template of this workspace by its id, and what it is rendered with.',
  },
});

const resendEmails = requestValue(
  'ResendEmails',
  z.array(z.unknown()).min(1).max(maxResendBatch).describe('Emails'),
  { about: 'Emails in one request.', type: 'array', items: { $ref: '#/components/schemas/ResendEmail' } },
);

const resendUpdate = requestObject('ResendUpdate', resendUpdateSchema, {
  about: 'Moves a scheduled email.',
  fields: { scheduled_at: 'When to send instead, with its offset: at most 30 days ahead.' },
});

const listedNotes = {
  id: 'The UUID of the send: the same as under `/api/v1`.',
  message_id: 'The id that the message goes out with.',
  to: 'The recipients.',
  from: 'The sender.',
  created_at: 'When it was accepted.',
  subject: 'The subject.',
  bcc: 'Never shown.',
  cc: 'Recipients of a copy; null: none.',
  reply_to: 'Where answers go; null: to the sender.',
  last_event: 'What last became of it, as far as its status and its delivery say.',
  scheduled_at: 'When it is due; null: it was not scheduled.',
  topic_id: 'Its subscription group; null: none.',
};

const resendSent = answerObject('ResendSent', resendSentSchema, {
  about: 'An email that was accepted.',
  fields: { id: 'The UUID of the send.' },
});
const resendBatch = answerObject('ResendBatch', resendBatchSchema, {
  about: 'Emails that were accepted, in the order of the request.',
  fields: {
    data: 'The accepted ones.',
    errors: 'What is wrong with the others; only where `x-batch-validation` is `permissive`.',
  },
});
const resendChanged = answerObject('ResendChanged', resendChangedSchema, {
  about: 'An email that was changed.',
  fields: { object: 'Always `email`.', id: 'The UUID of the send.' },
});
const resendListed = answerObject('ResendListed', resendListedSchema, {
  about: 'An email of a list.',
  fields: listedNotes,
});
const resendShown = answerObject('ResendShown', resendShownSchema, {
  about: 'One email.',
  fields: {
    object: 'Always `email`.',
    ...listedNotes,
    html: 'The html part; null where there is none, or it is made of a template.',
    text: 'The text part; null where there is none, or it is made of a template.',
    tags: 'Its tags. One that is no pair has an empty `value`.',
  },
});
const resendList = answerObject('ResendList', resendListSchema(resendListedSchema), {
  about: 'A page of emails, newest first.',
  fields: { object: 'Always `list`.', has_more: 'Whether older ones follow.', data: 'The emails.' },
});

/** Every error of the routes for clients of Resend. */
export const resendErrorComponent = answerObject('ResendError', resendErrorSchema, {
  about: 'An error as Resend words it.',
  fields: {
    statusCode: 'The status.',
    name: 'What is wrong, for programs.',
    message: 'What is wrong and what to do.',
  },
});

/** The components of the routes for clients of Resend. */
export const resendComponents: readonly Component[] = [
  resendTag,
  resendEmail,
  resendEmails,
  resendUpdate,
  resendSent,
  resendBatch,
  resendChanged,
  resendListed,
  resendShown,
  resendList,
  resendErrorComponent,
];

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

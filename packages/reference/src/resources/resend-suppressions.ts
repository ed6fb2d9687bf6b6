import {
  resendAddedSchema,
  resendCreateSuppressionSchema,
  resendListedSuppressionSchema,
  resendListSchema,
  resendSuppressionSchema,
  resendSuppressionsQuerySchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { queryParameters } from '../parameters.ts';
import { resendDeleted, resendLive, resendManaged, resendPageNotes } from './resend-shared.ts';

const createSuppression = requestObject('ResendCreateSuppression', resendCreateSuppressionSchema, {
  about: 'An address that is to get no mail.',
  fields: { email: 'The address.' },
});
const suppressionNotes = {
  id: 'The address: it is the id here.',
  email: 'The address.',
  origin: 'Why.',
  source_id: 'Always null: the history of a send says what it brought about.',
  created_at: 'Since when.',
};
const listedSuppression = answerObject('ResendListedSuppression', resendListedSuppressionSchema, {
  about: 'A suppression of a list.',
  fields: suppressionNotes,
});
const suppression = answerObject('ResendSuppression', resendSuppressionSchema, {
  about: 'A suppression.',
  fields: { object: 'Always `suppression`.', ...suppressionNotes },
});
const suppressions = answerObject('ResendSuppressions', resendListSchema(resendListedSuppressionSchema), {
  about: 'A page of suppressions.',
  fields: { object: 'Always `list`.', has_more: 'Whether more follow.', data: 'The suppressions.' },
});
const added = answerObject('ResendAdded', resendAddedSchema, {
  about: 'A suppression that was added.',
  fields: { object: 'Always `suppression`.', id: 'The address.' },
});

/** The components of suppressions for clients of Resend. */
export const resendSuppressionComponents: readonly Component[] = [
  createSuppression,
  listedSuppression,
  suppression,
  suppressions,
  added,
];

const exampleListedSuppression = {
  id: 'gone@example.com',
  email: 'gone@example.com',
  origin: 'bounce',
  source_id: null,
  created_at: exampleTimes.created,
};
const address: ParameterObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The address.',
  schema: { type: 'string' },
  example: 'gone@example.com',
};

/** What clients of Resend call of suppressions. */
export const resendSuppressionOperations: readonly Operation[] = [
  {
    ...resendLive,
    method: 'post',
    path: '/resend/suppressions',
    operationId: 'resendAddSuppression',
    summary: 'Suppress an address',
    body: {
      content: jsonOf(createSuppression, example('An address', { email: 'left@example.com' })),
      maxMiB: 1,
    },
    answers: {
      200: {
        description: 'It was suppressed before.',
        content: jsonOf(added, example('Its id', { object: 'suppression', id: 'left@example.com' })),
      },
      201: {
        description: 'It is suppressed now.',
        content: jsonOf(added, example('Its id', { object: 'suppression', id: 'left@example.com' })),
      },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/suppressions',
    operationId: 'resendListSuppressions',
    summary: 'List suppressions',
    parameters: queryParameters(resendSuppressionsQuerySchema, {
      ...resendPageNotes,
      after: { description: 'The last address seen.', type: 'string' },
      origin: 'Why they are suppressed.',
    }),
    answers: {
      200: {
        description: 'A page of suppressions.',
        content: jsonOf(
          suppressions,
          example('A page', { object: 'list', has_more: false, data: [exampleListedSuppression] }),
        ),
      },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/suppressions/{id}',
    operationId: 'resendGetSuppression',
    summary: 'Read a suppression',
    parameters: [address],
    answers: {
      200: {
        description: 'The suppression.',
        content: jsonOf(
          suppression,
          example('A suppression', { object: 'suppression', ...exampleListedSuppression }),
        ),
      },
    },
  },
  {
    ...resendLive,
    method: 'delete',
    path: '/resend/suppressions/{id}',
    operationId: 'resendRemoveSuppression',
    summary: 'Let an address have mail again',
    parameters: [address],
    answers: {
      200: {
        description: 'It is gone.',
        content: jsonOf(
          resendDeleted,
          example('Gone', { object: 'suppression', id: 'gone@example.com', deleted: true }),
        ),
      },
    },
  },
];

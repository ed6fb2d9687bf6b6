import {
  resendAddedManySchema,
  resendAddedSchema,
  resendAddSuppressionsSchema,
  resendCreateSuppressionSchema,
  resendListedSuppressionSchema,
  resendListSchema,
  resendRemovedManySchema,
  resendRemoveSuppressionsSchema,
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

const addMany = requestObject('ResendAddSuppressions', resendAddSuppressionsSchema, {
  about: 'Addresses that are to get no mail.',
  fields: { emails: 'The addresses, at most 100.' },
});
const removeMany = requestObject('ResendRemoveSuppressions', resendRemoveSuppressionsSchema, {
  about: 'Addresses that are to get mail again: one of the two names of the same.',
  fields: {
    emails: 'The addresses, at most 100.',
    ids: 'The addresses, at most 100: they are the ids here.',
  },
});
const addedMany = answerObject('ResendAddedMany', resendAddedManySchema, {
  about: 'Suppressions that were added.',
  fields: { data: 'Each, in the order of the request.' },
});
const removed = answerObject('ResendRemoved', resendRemovedManySchema.shape.data.element, {
  about: 'An address that was let go.',
  fields: {
    object: 'Always `suppression`.',
    id: 'As it was asked for.',
    deleted: 'False: it was not suppressed.',
  },
});
const removedMany = answerObject('ResendRemovedMany', resendRemovedManySchema, {
  about: 'Addresses that were let go.',
  fields: { data: 'Each, in the order of the request.' },
});

/** The components of suppressions for clients of Resend. */
export const resendSuppressionComponents: readonly Component[] = [
  createSuppression,
  listedSuppression,
  suppression,
  suppressions,
  added,
  addMany,
  removeMany,
  addedMany,
  removed,
  removedMany,
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

const many: readonly Operation[] = [
  {
    ...resendLive,
    method: 'post',
    path: '/resend/suppressions/batch/add',
    operationId: 'resendAddSuppressions',
    summary: 'Suppress up to 100 addresses',
    description: 'What is suppressed stays as it is.',
    body: { content: jsonOf(addMany, example('An address', { emails: ['left@example.com'] })), maxMiB: 1 },
    answers: {
      200: {
        description: 'They are suppressed.',
        content: jsonOf(
          addedMany,
          example('Their ids', { data: [{ object: 'suppression', id: 'left@example.com' }] }),
        ),
      },
    },
  },
  {
    ...resendLive,
    method: 'post',
    path: '/resend/suppressions/batch/remove',
    operationId: 'resendRemoveSuppressions',
    summary: 'Let up to 100 addresses have mail again',
    body: { content: jsonOf(removeMany, example('An address', { emails: ['gone@example.com'] })), maxMiB: 1 },
    answers: {
      200: {
        description: 'None of them is suppressed.',
        content: jsonOf(
          removedMany,
          example('Gone', { data: [{ object: 'suppression', id: 'gone@example.com', deleted: true }] }),
        ),
      },
    },
  },
];

/** What clients of Resend call of suppressions. */
export const resendSuppressionOperations: readonly Operation[] = [
  ...many,
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

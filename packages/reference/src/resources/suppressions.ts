import {
  addressPageQuerySchema,
  createSuppressionSchema,
  importSuppressionsSchema,
  pageSchema,
  type SuppressionResource,
  suppressionImportSchema,
  suppressionSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { pageNotes, queryParameters } from '../parameters.ts';

const notes = {
  email: 'The address.',
  reason:
    '`Bounce`: it cannot be reached. `Complaint`: a message was reported as spam. `Manual`: someone asked for it.',
  note: 'For you.',
};

const create = requestObject('CreateSuppression', createSuppressionSchema, {
  about: 'An address to be suppressed.',
  fields: notes,
});

const suppression = answerObject('Suppression', suppressionSchema, {
  about: 'An address that gets no mail from this workspace.',
  fields: { ...notes, createdAt: 'Since when.' },
});

const page = answerObject('SuppressionPage', pageSchema(suppressionSchema), {
  about: 'A page of suppressions.',
  fields: {
    data: 'The suppressions, by address.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

const importRequest = requestObject('ImportSuppressions', importSuppressionsSchema, {
  about: 'Suppressions to be added all at once. One that is malformed refuses them all.',
  fields: { suppressions: 'The suppressions.' },
});

const imported = answerObject('SuppressionImport', suppressionImportSchema, {
  about: 'What an import came to.',
  fields: {
    total: 'How many the request had.',
    created: 'How many are new.',
    existing: 'How many were there already, or twice in the request. They stay as they were.',
  },
});

/** The components of suppressions. */
export const suppressionComponents: readonly Component[] = [
  create,
  suppression,
  page,
  importRequest,
  imported,
];

const exampleSuppression: SuppressionResource = {
  email: 'gone@example.com',
  reason: 'Manual',
  note: 'Asked by telephone',
  createdAt: exampleTimes.created,
};

const path = '/api/v1/suppressions';
const shared = { tag: 'Suppressions', scope: 'admin' } as const;
const content = jsonOf(suppression, example('A suppression', exampleSuppression));

const emailParameter: ParameterObject = {
  name: 'email',
  in: 'path',
  required: true,
  description: 'The address, percent-encoded. Letter case makes no difference.',
  schema: { type: 'string' },
  example: 'gone@example.com',
};

/** What can be done with suppressions. */
export const suppressionOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listSuppressions',
    summary: 'List suppressions',
    parameters: queryParameters(addressPageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of suppressions.',
        content: jsonOf(page, example('The only page', { data: [exampleSuppression], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createSuppression',
    isLiveOnly: true,
    summary: 'Suppress an address',
    body: {
      content: jsonOf(create, example('By hand', { email: 'gone@example.com', note: 'Asked by telephone' })),
      maxMiB: 1,
    },
    answers: {
      200: { description: 'It was suppressed already; this is what is recorded now.', content },
      201: { description: 'It is suppressed from now on.', content },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/import`,
    operationId: 'importSuppressions',
    isLiveOnly: true,
    summary: 'Suppress many addresses',
    body: {
      content: jsonOf(
        importRequest,
        example('Two addresses', {
          suppressions: [
            { email: 'gone@example.com', reason: 'Bounce' },
            { email: 'angry@example.com', reason: 'Complaint' },
          ],
        }),
      ),
      maxMiB: 1,
    },
    answers: {
      200: {
        description: 'What it came to.',
        content: jsonOf(imported, example('One was there already', { total: 2, created: 1, existing: 1 })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{email}`,
    operationId: 'getSuppression',
    summary: 'Read a suppression',
    parameters: [emailParameter],
    answers: { 200: { description: 'The suppression.', content } },
    errors: [],
  },
  {
    ...shared,
    method: 'delete',
    path: `${path}/{email}`,
    operationId: 'deleteSuppression',
    isLiveOnly: true,
    summary: 'Lift a suppression',
    parameters: [emailParameter],
    answers: { 204: { description: 'The address gets mail again.' } },
    errors: [],
  },
];

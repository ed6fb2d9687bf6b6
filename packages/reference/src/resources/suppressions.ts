import {
  createSuppressionSchema,
  deleteSuppressionQuerySchema,
  importQuerySchema,
  importSuppressionsSchema,
  liftedSuppressionSchema,
  pageSchema,
  type SuppressionResource,
  suppressionImportSchema,
  suppressionSchema,
  suppressionsQuerySchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation, text } from '../operation.ts';
import { pageNotes, queryParameters } from '../parameters.ts';

const notes = {
  email: 'The address. Of a person who was erased it is a hash.',
  reason:
    '`Bounce`: it cannot be reached. `Complaint`: a message was reported as spam. `Manual`: someone asked for it.',
  note: 'For you.',
  expiresAt: 'Until when; null or absent: it stays. From then on mail goes out again.',
};

const create = requestObject('CreateSuppression', createSuppressionSchema, {
  about: 'An address to be suppressed.',
  fields: notes,
});

const suppression = answerObject('Suppression', suppressionSchema, {
  about: 'An address that gets no mail from this workspace.',
  fields: {
    ...notes,
    origin:
      '`event`: mail to it bounced, or was complained about. `provider`: SES refused to send to it. `client`: it was made by hand. `import`: it came with an import.',
    createdAt: 'Since when.',
  },
});

const page = answerObject('SuppressionPage', pageSchema(suppressionSchema), {
  about: 'A page of suppressions.',
  fields: {
    data: 'The suppressions, by address, or by `createdAt` where the list is narrowed to a reason or a time.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

const importRequest = requestObject('ImportSuppressions', importSuppressionsSchema, {
  about:
    'Suppressions to be added. The lists that other products answer are taken as well: any list of objects with an address, or of addresses.',
  fields: { suppressions: 'The suppressions. One that is malformed is told, and the others are taken.' },
});

const imported = answerObject('SuppressionImport', suppressionImportSchema, {
  about: 'What an import came to.',
  fields: {
    total: 'How many lines it had, without the one that names its columns.',
    added: 'How many are new, end later than before, or have a weightier reason now.',
    unchanged: 'How many were there already, or twice in the import. They stay as they were.',
    invalid: 'How many lines could not be taken.',
    errors: 'What is wrong with the first 100 of them: the line, or the place in the list, from 1.',
    moreErrors: 'How many there are beyond those.',
  },
});

const lifted = answerObject('LiftedSuppression', liftedSuppressionSchema, {
  about: 'What became of an address that was to be lifted at SES as well.',
  fields: {
    stillSuppressedByProvider:
      'Whether the account’s suppression list at SES still has the address: SES may take a while to let go.',
  },
});

/** The components of suppressions. */
export const suppressionComponents: readonly Component[] = [
  create,
  suppression,
  page,
  importRequest,
  imported,
  lifted,
];

const exampleSuppression: SuppressionResource = {
  email: 'gone@example.com',
  reason: 'Manual',
  origin: 'client',
  note: 'Asked by telephone',
  expiresAt: null,
  createdAt: exampleTimes.created,
};

const exampleCsv = 'email,reason\r\ngone@example.com,Bounce\r\nangry@example.com,Complaint\r\n';

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
    description:
      'By address. With `reason` or `created_after` the list is ordered by `createdAt` instead, the oldest first, so that what is new can be followed.',
    parameters: queryParameters(suppressionsQuerySchema, {
      ...pageNotes,
      reason: 'Only those for this reason.',
      email: 'Only that of this address, whatever its letter case.',
      created_after: 'Only those made at this moment, which has an offset, or later.',
    }),
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
    method: 'get',
    path: `${path}/export`,
    operationId: 'exportSuppressions',
    summary: 'Export all suppressions as CSV',
    description:
      'By address, with the columns `email,reason,origin,note,expiresAt,createdAt`, as an import takes them. A cell that a spreadsheet would run as a formula begins with an apostrophe, which an import takes off again.',
    answers: {
      200: {
        description: 'The file. An answer that breaks off is not the whole of it.',
        content: text(
          'text/csv',
          'One suppression',
          `email,reason,origin,note,expiresAt,createdAt\r\ngone@example.com,Manual,client,Asked by telephone,,${exampleTimes.created}\r\n`,
        ),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/import`,
    operationId: 'importSuppressions',
    isLiveOnly: true,
    summary: 'Suppress up to 100,000 addresses',
    description:
      'As CSV or JSON: one address a line, our own export, or the lists of Resend, Postmark, SendGrid, Mailgun and `aws sesv2 list-suppressed-destinations`, as they are exported or answered. Lines are taken as they arrive; an import that was refused or broke off has taken those before, and can be repeated.',
    parameters: queryParameters(importQuerySchema, {
      reason: 'The reason of lines that name none: `Manual` unless told.',
    }),
    body: {
      content: {
        ...text('text/csv', 'Two addresses', exampleCsv),
        ...jsonOf(
          importRequest,
          example('Two addresses', {
            suppressions: [
              { email: 'gone@example.com', reason: 'Bounce' },
              { email: 'angry@example.com', reason: 'Complaint' },
            ],
          }),
        ),
      },
      maxMiB: 32,
    },
    answers: {
      200: {
        description: 'What it came to.',
        content: jsonOf(
          imported,
          example('One was there already', {
            total: 2,
            added: 1,
            unchanged: 1,
            invalid: 0,
            errors: [],
            moreErrors: 0,
          }),
        ),
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
    description:
      'With `provider=true` the address is taken off the suppression list of the SES account too, which all workspaces share.',
    parameters: [
      emailParameter,
      ...queryParameters(deleteSuppressionQuerySchema, {
        provider: 'Whether to lift it at SES as well; `false` unless told.',
      }),
    ],
    answers: {
      200: {
        description: 'The address gets mail again from here; with `provider=true`.',
        content: jsonOf(lifted, example('SES let go', { stillSuppressedByProvider: false })),
      },
      204: { description: 'The address gets mail again.' },
    },
    errors: [],
  },
];

import {
  postmarkAddressesSchema,
  postmarkDumpQuerySchema,
  postmarkDumpSchema,
  postmarkStatusesSchema,
  postmarkStreams,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { queryParameters } from '../parameters.ts';

const addresses = requestObject('PostmarkAddresses', postmarkAddressesSchema, {
  about: 'Addresses of a request.',
  fields: { Suppressions: 'At most 50.' },
});
const dump = answerObject('PostmarkDump', postmarkDumpSchema, {
  about: 'The addresses that get no mail.',
  fields: { Suppressions: 'At most 1,000; beyond, they are refused all together.' },
});
const statuses = answerObject('PostmarkStatuses', postmarkStatusesSchema, {
  about: 'What became of each address of a request.',
  fields: { Suppressions: 'In the order of the request.' },
});

/** The components of suppressions for clients of Postmark. */
export const postmarkSuppressionComponents: readonly Component[] = [addresses, dump, statuses];

const stream: ParameterObject = {
  name: 'stream',
  in: 'path',
  required: true,
  description: "Suppressions are the workspace's, and so those of each stream.",
  schema: { type: 'string', enum: [...postmarkStreams] },
  example: 'outbound',
};
const common = { tag: 'Postmark', door: 'postmark', errors: [], scope: 'admin' } as const;
const path = '/message-streams/{stream}/suppressions';
const one = { Suppressions: [{ EmailAddress: 'left@example.com' }] };
const told = (Status: string) => ({
  Suppressions: [{ EmailAddress: 'left@example.com', Status, Message: null }],
});

/** What clients of Postmark call of suppressions. */
export const postmarkSuppressionOperations: readonly Operation[] = [
  {
    ...common,
    method: 'get',
    path: `${path}/dump`,
    operationId: 'postmarkListSuppressions',
    summary: 'List suppressions',
    parameters: [
      stream,
      ...queryParameters(postmarkDumpQuerySchema, {
        SuppressionReason: 'Why they are suppressed.',
        EmailAddress: { description: 'One address.', format: 'idn-email' },
        count: 'How many of those at most.',
        offset: 'How many of those to pass over.',
      }),
    ],
    answers: {
      200: {
        description: 'The suppressions.',
        content: jsonOf(
          dump,
          example('One', {
            Suppressions: [
              {
                EmailAddress: 'gone@example.com',
                SuppressionReason: 'HardBounce',
                Origin: 'Recipient',
                CreatedAt: exampleTimes.created,
              },
            ],
          }),
        ),
      },
    },
  },
  {
    ...common,
    isLiveOnly: true,
    method: 'post',
    path,
    operationId: 'postmarkSuppress',
    summary: 'Suppress addresses',
    parameters: [stream],
    body: { content: jsonOf(addresses, example('One', one)), maxMiB: 1 },
    answers: {
      200: {
        description: 'What became of each.',
        content: jsonOf(statuses, example('One', told('Suppressed'))),
      },
    },
  },
  {
    ...common,
    isLiveOnly: true,
    method: 'post',
    path: `${path}/delete`,
    operationId: 'postmarkUnsuppress',
    summary: 'Let addresses have mail again',
    parameters: [stream],
    body: { content: jsonOf(addresses, example('One', one)), maxMiB: 1 },
    answers: {
      200: {
        description: 'What became of each.',
        content: jsonOf(statuses, example('One', told('Deleted'))),
      },
    },
  },
];

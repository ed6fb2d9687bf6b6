import {
  createErasureSchema,
  type ErasureResource,
  eraseProfileQuerySchema,
  erasureSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, queryParameters } from '../parameters.ts';

const create = requestObject('CreateErasure', createErasureSchema, {
  about: 'A person to be erased.',
  fields: { email: 'Their address. Letter case makes no difference.' },
});

const erasure = answerObject('Erasure', erasureSchema, {
  about:
    'The erasure of one person. Workers do it in small pieces: about ten seconds in a small workspace, longer where many ' +
    'sends have to be looked at, or while one of them is in a worker’s hands.',
  fields: {
    id: 'What it is asked for by. Nothing in it tells who the person was.',
    status: '`done`: nothing is left to do, and the address itself is no longer kept here either.',
    counts:
      'What was done so far. `sends`: sends to the person, of which `canceled` had been waiting. `copies`: sends to others, ' +
      'which the person is no longer a recipient of, or which no longer name them. `mentions`: other places that named the ' +
      'address. `notices`: what webhooks were told of the person, with its log. `bodies`, `attachments`: content that nobody else’s mail uses. `suppressions`: those that are kept as a hash.',
    createdAt: 'When it was asked for.',
    finishedAt: 'When it was done, or null.',
  },
});

/** The components of erasures. */
export const erasureComponents: readonly Component[] = [create, erasure];

const exampleErasure: ErasureResource = {
  id: exampleIds.erasure,
  status: 'running',
  counts: {
    sends: 0,
    canceled: 0,
    copies: 0,
    mentions: 0,
    events: 0,
    notices: 0,
    bodies: 0,
    attachments: 0,
    profiles: 0,
    subscriptions: 0,
    suppressions: 0,
  },
  createdAt: exampleTimes.created,
  finishedAt: null,
};

const path = '/api/v1/erasures';
const shared = { tag: 'Erasures', scope: 'admin' } as const;
const answer = (description: string, change: Partial<ErasureResource> = {}) => ({
  description,
  content: jsonOf(erasure, example('An erasure', { ...exampleErasure, ...change })),
});

const about =
  'Takes the address, the names, the data, the subjects, bodies and attachments out of all sends, events, profiles and ' +
  'subscriptions of this workspace. Mail that waits for the person is canceled; what a worker has in hand goes out, and is ' +
  'erased after. The counts, the statuses and the ids stay. So do a suppression and having left a group, as a hash: the address gets no such mail ' +
  'afterwards either. It cannot be undone.';

/** What can be done with erasures. */
export const erasureOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createErasure',
    isLiveOnly: true,
    summary: 'Erase a person',
    description: about,
    body: { content: jsonOf(create, example('By address', { email: 'ada@example.com' })), maxMiB: 1 },
    answers: {
      200: answer('It is under way already: this is how far it is.'),
      201: answer('It has been written down, and begins at once.'),
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getErasure',
    summary: 'Read how far an erasure is',
    parameters: [idParameter('erasure', exampleIds.erasure)],
    answers: { 200: answer('The erasure.', { status: 'done', finishedAt: exampleTimes.updated }) },
    errors: [],
  },
  {
    ...shared,
    method: 'delete',
    path: '/api/v1/profiles/{id}',
    operationId: 'eraseProfile',
    isLiveOnly: true,
    summary: 'Erase the person of a profile',
    description: `${about} Beside the address of the profile it covers what was sent to the profile at other addresses.`,
    parameters: [
      idParameter('profile', exampleIds.profile),
      ...queryParameters(eraseProfileQuerySchema, {
        erase: 'Says that everything kept of the person is to go.',
      }).map((parameter) => ({ ...parameter, example: 'true' })),
    ],
    answers: { 202: answer('It has been written down, and begins at once.') },
    errors: [],
  },
];

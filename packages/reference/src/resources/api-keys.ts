import {
  type ApiKeyResource,
  apiKeySchema,
  createApiKeySchema,
  createdApiKeySchema,
  pageQuerySchema,
  pageSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';

const create = requestObject('CreateApiKey', createApiKeySchema, {
  about: 'A key to be made.',
  fields: {
    name: 'For you. One line.',
    scopes: 'What the key may do; `full` stands for all of them. None that the key which asks does not have.',
    mode: '`test`: sends run the whole way, and SES is never called. Left out: the mode of the key that asks.',
    senderProfileIds:
      'The sender profiles that it is limited to: it sends from these alone, and sees and changes what was sent from them. Null: it is not limited. Left out: as the key that asks.',
  },
});

const notes = {
  id: 'What it is revoked by.',
  name: 'For you.',
  prefix: 'The first characters of the key, to tell keys apart.',
  scopes: 'What the key may do.',
  mode: '`test`: sends run the whole way, and SES is never called.',
  senderProfileIds: 'The sender profiles that it is limited to; null: it is not.',
  createdAt: 'When it was made.',
  revokedAt: 'Since when it no longer works, or null.',
};

const apiKey = answerObject('ApiKey', apiKeySchema, {
  about: 'A key, without the key itself.',
  fields: notes,
});

const created = answerObject('CreatedApiKey', createdApiKeySchema, {
  about: 'A key that was just made.',
  fields: { ...notes, key: 'The key itself. It is shown here once: only its hash is kept.' },
});

const page = answerObject('ApiKeyPage', pageSchema(apiKeySchema), {
  about: 'A page of keys.',
  fields: {
    data: 'The keys, newest first, revoked ones among them.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

/** The components of API keys. */
export const apiKeyComponents: readonly Component[] = [create, apiKey, created, page];

const exampleKey: ApiKeyResource = {
  id: exampleIds.apiKey,
  name: 'Shop',
  prefix: 'sk_live_3fGk',
  scopes: ['emails:write', 'emails:read'],
  mode: 'live',
  senderProfileIds: null,
  createdAt: exampleTimes.created,
  revokedAt: null,
};

const path = '/api/v1/api-keys';
const shared = { tag: 'API keys', scope: 'admin' } as const;

/** What can be done with API keys. */
export const apiKeyOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createApiKey',
    summary: 'Create a key',
    description:
      'No key gives more than it has: the scopes are some of those of the key that asks, and `full` is given by `full` alone. A test key makes test keys, and one that is limited to sender profiles makes keys that are limited to some of these.',
    body: {
      content: jsonOf(create, example('A shop', { name: 'Shop', scopes: ['emails:write', 'emails:read'] })),
      maxMiB: 1,
    },
    answers: {
      201: {
        description: 'The key. This answer alone holds it, and must not be kept by caches.',
        content: jsonOf(
          created,
          example('A key', { ...exampleKey, key: 'sk_live_3fGkT0w9ZyQm2LrXc8VbN5hJ1sDp4Ea' }),
        ),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listApiKeys',
    summary: 'List keys',
    description: 'A test key sees test keys alone.',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of keys.',
        content: jsonOf(page, example('The only page', { data: [exampleKey], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'delete',
    path: `${path}/{id}`,
    operationId: 'revokeApiKey',
    summary: 'Revoke a key',
    description:
      'It stops working within 10 seconds on every server. May be repeated. A test key revokes test keys alone.',
    parameters: [idParameter('key', exampleIds.apiKey)],
    answers: { 204: { description: 'It is revoked.' } },
    errors: [],
  },
];

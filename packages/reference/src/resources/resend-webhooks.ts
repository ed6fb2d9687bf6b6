import {
  resendChangedWebhookSchema,
  resendCreateWebhookSchema,
  resendListedWebhookSchema,
  resendListSchema,
  resendSecretSchema,
  resendUpdateWebhookSchema,
  resendWebhookSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter } from '../parameters.ts';
import { resendDeleted, resendManaged, resendPage } from './resend-shared.ts';

const createWebhook = requestObject('ResendCreateWebhook', resendCreateWebhookSchema, {
  about: 'An endpoint to be made.',
  fields: {
    endpoint: 'Where events are posted to.',
    events: 'Which events; those of ours that Resend has not as well.',
  },
});
const updateWebhook = requestObject('ResendUpdateWebhook', resendUpdateWebhookSchema, {
  about: 'What is to be changed of an endpoint.',
  fields: {
    endpoint: 'Where events are posted to.',
    events: 'Which events.',
    status: 'Whether events are posted.',
  },
});
const webhookNotes = {
  id: 'Its id.',
  endpoint: 'Where events are posted to.',
  created_at: 'When it was made.',
  status: 'Whether events are posted.',
  events: 'Which events.',
};
const listedWebhook = answerObject('ResendListedWebhook', resendListedWebhookSchema, {
  about: 'An endpoint of a list.',
  fields: webhookNotes,
});
const webhook = answerObject('ResendWebhook', resendWebhookSchema, {
  about: 'An endpoint. Its secret was shown when it was made, and is not again.',
  fields: { object: 'Always `webhook`.', ...webhookNotes },
});
const webhooks = answerObject('ResendWebhooks', resendListSchema(resendListedWebhookSchema), {
  about: 'A page of endpoints.',
  fields: { object: 'Always `list`.', has_more: 'Whether more follow.', data: 'The endpoints.' },
});
const secret = answerObject('ResendSecret', resendSecretSchema, {
  about: 'An endpoint with its secret.',
  fields: {
    object: 'Always `webhook`.',
    id: 'Its id.',
    signing_secret: 'What its messages are signed with.',
  },
});
const changedWebhook = answerObject('ResendChangedWebhook', resendChangedWebhookSchema, {
  about: 'An endpoint that was changed.',
  fields: { object: 'Always `webhook`.', id: 'Its id.' },
});

/** The components of webhooks for clients of Resend. */
export const resendWebhookComponents: readonly Component[] = [
  createWebhook,
  updateWebhook,
  listedWebhook,
  webhook,
  webhooks,
  secret,
  changedWebhook,
];

const exampleListedWebhook = {
  id: exampleIds.webhook,
  endpoint: 'https://example.com/webhooks',
  created_at: exampleTimes.created,
  status: 'enabled',
  events: ['email.delivered', 'email.bounced'],
};
const exampleSecret = {
  object: 'webhook',
  id: exampleIds.webhook,
  signing_secret: 'whsec_c2VjcmV0LW9mLWFuLWV4YW1wbGUtZW5kcG9pbnQtMDE=',
};
const changed = { object: 'webhook', id: exampleIds.webhook };
const webhookId = [idParameter('webhook', exampleIds.webhook)];

/** What clients of Resend call of webhooks. */
export const resendWebhookOperations: readonly Operation[] = [
  {
    ...resendManaged,
    method: 'post',
    path: '/resend/webhooks',
    operationId: 'resendCreateWebhook',
    summary: 'Make a webhook',
    body: {
      content: jsonOf(
        createWebhook,
        example('A webhook', { endpoint: 'https://example.com/webhooks', events: ['email.delivered'] }),
      ),
      maxMiB: 1,
    },
    answers: {
      201: { description: 'Its secret.', content: jsonOf(secret, example('A secret', exampleSecret)) },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/webhooks',
    operationId: 'resendListWebhooks',
    summary: 'List webhooks',
    parameters: resendPage,
    answers: {
      200: {
        description: 'A page of webhooks.',
        content: jsonOf(
          webhooks,
          example('A page', { object: 'list', has_more: false, data: [exampleListedWebhook] }),
        ),
      },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/webhooks/{id}',
    operationId: 'resendGetWebhook',
    summary: 'Read a webhook',
    parameters: webhookId,
    answers: {
      200: {
        description: 'The webhook.',
        content: jsonOf(webhook, example('A webhook', { object: 'webhook', ...exampleListedWebhook })),
      },
    },
  },
  {
    ...resendManaged,
    method: 'patch',
    path: '/resend/webhooks/{id}',
    operationId: 'resendUpdateWebhook',
    summary: 'Change a webhook',
    parameters: webhookId,
    body: { content: jsonOf(updateWebhook, example('Off', { status: 'disabled' })), maxMiB: 1 },
    answers: {
      200: { description: 'It was changed.', content: jsonOf(changedWebhook, example('Its id', changed)) },
    },
  },
  {
    ...resendManaged,
    method: 'delete',
    path: '/resend/webhooks/{id}',
    operationId: 'resendRemoveWebhook',
    summary: 'Remove a webhook',
    parameters: webhookId,
    answers: {
      200: {
        description: 'It is gone.',
        content: jsonOf(
          resendDeleted,
          example('Gone', { object: 'webhook', id: exampleIds.webhook, deleted: true }),
        ),
      },
    },
  },
  {
    ...resendManaged,
    method: 'post',
    path: '/resend/webhooks/{id}/signing-secret/rotate',
    operationId: 'resendRotateWebhookSecret',
    summary: 'Give a webhook a new secret',
    parameters: webhookId,
    answers: {
      200: { description: 'The new one.', content: jsonOf(secret, example('A secret', exampleSecret)) },
    },
  },
];

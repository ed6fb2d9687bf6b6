import { maxWebhooks, pageQuerySchema, webhookDeliveriesQuerySchema } from '@postroom/contracts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';
import {
  createWebhook,
  deliveryLog,
  deliveryPage,
  exampleDelivery,
  exampleLog,
  exampleReplay,
  exampleTest,
  exampleWebhook,
  replayedWebhook,
  replayWebhook,
  testWebhook,
  updateWebhook,
  webhook,
  webhookPage,
  webhookWithSecret,
} from './webhooks-components.ts';

const path = '/api/v1/webhooks';
const id = idParameter('webhook', exampleIds.webhook);
const deliveryId: ParameterObject = {
  ...idParameter('delivery', exampleIds.delivery),
  name: 'deliveryId',
};
const shared = { tag: 'Webhooks', scope: 'admin' } as const;
const answer = (description: string) => ({
  description,
  content: jsonOf(webhook, example('A webhook', exampleWebhook)),
});
const answerWithSecret = (description: string) => ({
  description,
  content: jsonOf(
    webhookWithSecret,
    example('A webhook', { ...exampleWebhook, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' }),
  ),
});

const endpoints: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createWebhook',
    summary: 'Create a webhook',
    description:
      'Events are posted to its URL as [Standard Webhooks](https://www.standardwebhooks.com) says, in the shapes that Resend ' +
      'gives them. One that is made with a test key is told of what test keys send, and of nothing else. ' +
      `422 if there are ${maxWebhooks}.`,
    body: {
      content: jsonOf(
        createWebhook,
        example('Two events', { url: exampleWebhook.url, events: exampleWebhook.events }),
      ),
      maxMiB: 1,
    },
    answers: { 201: answerWithSecret('The webhook. Its secret must not be kept by caches.') },
    errors: ['unprocessable'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'Those of the mode of the key.',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of webhooks.',
        content: jsonOf(webhookPage, example('The only page', { data: [exampleWebhook], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getWebhook',
    summary: 'Read a webhook',
    parameters: [id],
    answers: { 200: answer('The webhook.') },
    errors: [],
  },
  {
    ...shared,
    method: 'patch',
    path: `${path}/{id}`,
    operationId: 'updateWebhook',
    summary: 'Change a webhook',
    parameters: [id],
    body: { content: jsonOf(updateWebhook, example('Other events', { events: ['*'] })), maxMiB: 1 },
    answers: { 200: answer('The webhook as it is now.') },
    errors: [],
  },
  {
    ...shared,
    method: 'delete',
    path: `${path}/{id}`,
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'Its deliveries go with it.',
    parameters: [id],
    answers: { 204: { description: 'It is told of nothing any more.' } },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/rotate-secret`,
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook a new secret',
    description:
      'The one before signs as well for 24 hours, also where there is another since, so that receivers can change over in their own time.',
    parameters: [id],
    answers: { 200: answerWithSecret('The webhook and its new secret, which must not be kept by caches.') },
    errors: [],
  },
];

const deliveries: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/test`,
    operationId: 'testWebhook',
    summary: 'Send a test event',
    description:
      'An example, which says so: `data.test` is true. It is delivered like any other event. 409 if the webhook is disabled.',
    parameters: [id],
    body: { content: jsonOf(testWebhook, example('A bounce', { event: 'email.bounced' })), maxMiB: 1 },
    answers: {
      202: {
        description: 'The delivery that is under way.',
        content: jsonOf(deliveryLog, example('A delivery', exampleTest)),
      },
    },
    errors: ['state_conflict'],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}/deliveries`,
    operationId: 'listWebhookDeliveries',
    summary: 'List deliveries',
    description: 'Newest first, each with its last try.',
    parameters: [
      id,
      ...queryParameters(webhookDeliveriesQuerySchema, {
        ...pageNotes,
        status: 'What became of them.',
        event: 'Of which event. A page may have few of them, and `nextCursor` all the same.',
        since: 'Of events from this moment on.',
      }),
    ],
    answers: {
      200: {
        description: 'A page of deliveries.',
        content: jsonOf(
          deliveryPage,
          example('The only page', { data: [exampleDelivery], nextCursor: null }),
        ),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}/deliveries/{deliveryId}`,
    operationId: 'getWebhookDelivery',
    summary: 'Read a delivery with every try',
    parameters: [id, deliveryId],
    answers: {
      200: {
        description: 'The delivery.',
        content: jsonOf(deliveryLog, example('A delivery', exampleLog)),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/deliveries/{deliveryId}/replay`,
    operationId: 'replayWebhookDelivery',
    summary: 'Make a delivery again',
    description:
      'At once, under the same `webhook-id`, and with as many tries as at first. 409 if the webhook is disabled.',
    parameters: [id, deliveryId],
    answers: {
      202: {
        description: 'The delivery that is under way.',
        content: jsonOf(deliveryLog, example('A delivery', exampleReplay)),
      },
    },
    errors: ['state_conflict'],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/replay`,
    operationId: 'replayWebhook',
    summary: 'Make deliveries of a time again',
    description: '409 if the webhook is disabled.',
    parameters: [id],
    body: {
      content: jsonOf(
        replayWebhook,
        example('What failed', { since: exampleTimes.created, failedOnly: true }),
      ),
      maxMiB: 1,
    },
    answers: {
      202: {
        description: 'What it came to.',
        content: jsonOf(replayedWebhook, example('Three', { replayed: 3, nextSince: null })),
      },
    },
    errors: ['state_conflict'],
  },
];

/** What can be done with webhooks. */
export const webhookOperations: readonly Operation[] = [...endpoints, ...deliveries];

import {
  createWebhookSchema,
  pageSchema,
  replayedWebhookSchema,
  replayWebhookSchema,
  testWebhookSchema,
  updateWebhookSchema,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryLog,
  type WebhookResource,
  webhookAttemptSchema,
  webhookDeliveryLogSchema,
  webhookDeliverySchema,
  webhookSchema,
  webhookWithSecretSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';

const asked = {
  url: 'Where events are posted to: `https`, without a user, on the public network.',
  events:
    'Which events: names such as `email.bounced`, or `["*"]` for all of them, those to come among them.',
  enabled:
    'Whether it is told of anything. What waits for a disabled one is given up, and can be replayed once it is enabled again.',
  description: 'For you.',
};

export const createWebhook = requestObject('CreateWebhook', createWebhookSchema, {
  about: 'A webhook to be made.',
  fields: asked,
});

export const updateWebhook = requestObject('UpdateWebhook', updateWebhookSchema, {
  about:
    'What is to change; what is left out stays. One that is enabled begins anew: nothing has failed yet.',
  fields: asked,
});

const notes = {
  ...asked,
  id: 'The id.',
  disabledReason:
    'Why it was disabled by itself: `failing`, nothing arrived for 5 days; `gone`, it answered 410. Null: it was not.',
  failingSince: 'Since when nothing has arrived; null while it does.',
  createdAt: 'When it was made.',
  updatedAt: 'When it last changed.',
};

export const webhook = answerObject('Webhook', webhookSchema, {
  about: 'Where events are posted to, without the secret.',
  fields: notes,
});

export const webhookWithSecret = answerObject('WebhookWithSecret', webhookWithSecretSchema, {
  about: 'A webhook with its secret.',
  fields: { ...notes, secret: 'What the signatures are made with. It is shown here once.' },
});

export const webhookPage = answerObject('WebhookPage', pageSchema(webhookSchema), {
  about: 'A page of webhooks.',
  fields: {
    data: 'The webhooks, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

const attempt = answerObject('WebhookAttempt', webhookAttemptSchema, {
  about: 'One try to deliver an event.',
  fields: {
    number: 'Which try it was, from 1.',
    at: 'When it began.',
    durationMs: 'How long it took, in milliseconds.',
    request: 'The body that was posted.',
    statusCode: 'The status of the answer; null when there was none.',
    answer: 'The body of the answer, its first 64 KiB.',
    error:
      'Why it did not arrive: `status`, `redirect` (none is followed), `gone`, `timeout`, `dns`, `refused`, `reset`, ' +
      '`unreachable`, `tls`, `bad_answer`, or `blocked_address`, a private one. Null: it arrived.',
  },
});

const deliveryNotes = {
  id: 'The id.',
  webhookId:
    'What the receiver sees as `webhook-id`: the same each time, so that it can tell what it has had before.',
  event: 'What happened.',
  status:
    '`pending`: it is still tried. `failed`: it was given up. `blocked`: its receiver had a private address to the last.',
  emailId: 'The email that it is about, or null.',
  attempts: 'How often it was tried.',
  nextAttemptAt: 'When it is tried next; null when it is not.',
  createdAt: 'When it happened.',
};

const delivery = answerObject('WebhookDelivery', webhookDeliverySchema, {
  about: 'One event on its way to one webhook.',
  fields: { ...deliveryNotes, lastAttempt: 'The last try, or null.' },
});

export const deliveryLog = answerObject('WebhookDeliveryLog', webhookDeliveryLogSchema, {
  about: 'One event on its way to one webhook, with every try.',
  fields: {
    ...deliveryNotes,
    attemptLog: 'The tries, the first of them first: the last 100, and fewer where they are large.',
  },
});

export const deliveryPage = answerObject('WebhookDeliveryPage', pageSchema(webhookDeliverySchema), {
  about: 'A page of deliveries.',
  fields: {
    data: 'The deliveries, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

export const testWebhook = requestObject('TestWebhook', testWebhookSchema, {
  about: 'What a test tells.',
  fields: { event: 'Which event, with the data of an example.' },
});

export const replayWebhook = requestObject('ReplayWebhook', replayWebhookSchema, {
  about: 'Which deliveries are made again. Those that are still tried are not among them.',
  fields: {
    since: 'Of events from this moment on.',
    until: 'Up to this moment; left out: up to now.',
    failedOnly: 'Only those that did not arrive.',
  },
});

export const replayedWebhook = answerObject('ReplayedWebhook', replayedWebhookSchema, {
  about: 'What a replay came to.',
  fields: {
    replayed: 'How many are made again.',
    nextSince: 'Where there are more than 10,000: the `since` of the next request. Else null.',
  },
});

/** The components of webhooks. */
export const webhookComponents: readonly Component[] = [
  createWebhook,
  updateWebhook,
  webhook,
  webhookWithSecret,
  webhookPage,
  attempt,
  delivery,
  deliveryLog,
  deliveryPage,
  testWebhook,
  replayWebhook,
  replayedWebhook,
];

export const exampleWebhook: WebhookResource = {
  id: exampleIds.webhook,
  url: 'https://example.com/webhooks/postroom',
  events: ['email.delivered', 'email.bounced'],
  enabled: true,
  description: 'The shop',
  disabledReason: null,
  failingSince: null,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const exampleAttempt: WebhookAttempt = {
  number: 1,
  at: exampleTimes.updated,
  durationMs: 84,
  request: `{"type":"email.delivered","created_at":"${exampleTimes.updated}","data":{"email_id":"${exampleIds.send}"}}`,
  statusCode: 200,
  answer: 'ok',
  error: null,
};

const shared = {
  id: exampleIds.delivery,
  webhookId: `msg_${exampleIds.delivery}`,
  event: 'email.delivered',
  status: 'delivered',
  emailId: exampleIds.send,
  attempts: 1,
  nextAttemptAt: null,
  createdAt: exampleTimes.updated,
} as const;

export const exampleDelivery: WebhookDelivery = { ...shared, lastAttempt: exampleAttempt };
export const exampleLog: WebhookDeliveryLog = { ...shared, attemptLog: [exampleAttempt] };
export const exampleReplay: WebhookDeliveryLog = {
  ...exampleLog,
  status: 'pending',
  nextAttemptAt: exampleTimes.updated,
};
export const exampleTest: WebhookDeliveryLog = {
  ...exampleReplay,
  emailId: null,
  attempts: 0,
  attemptLog: [],
};

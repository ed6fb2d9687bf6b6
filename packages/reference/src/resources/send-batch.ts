import { exampleIds } from '../example-ids.ts';
import type { Examples } from '../model.ts';
import { json, type Operation } from '../operation.ts';
import { idempotencyKeyParameter } from '../parameters.ts';
import { emailsBatchRequest, emailsBatchResponse, emailsDryRunResponse } from './emails-components.ts';
import { exampleEmail, exampleItem, exampleRecord, exampleSend } from './emails-examples.ts';
import { itemsBatchRequest, itemsBatchResponse, itemsDryRunResponse } from './items-components.ts';

const requestExamples: Examples = {
  items: {
    summary: 'Items dialect: a template, and one item that is not valid',
    value: {
      defaults: { templateId: exampleIds.template, tags: ['orders'] },
      items: [
        {
          idempotencyKey: 'order-1001',
          to: { email: 'ada@example.com' },
          data: { name: 'Ada', order: '1001' },
        },
        {
          idempotencyKey: 'order-1002',
          to: { email: 'grace at example.com' },
          data: { name: 'Grace', order: '1002' },
        },
      ],
    },
  },
  itemInFull: {
    summary: 'Items dialect: every field',
    value: {
      items: [
        {
          idempotencyKey: 'order-1003',
          ...exampleItem,
          profileId: exampleIds.profile,
          senderProfileId: exampleIds.senderProfile,
          from: 'Orders <orders@example.com>',
          replyTo: 'Support <support@example.com>',
          subject: 'Your order',
          subscriptionGroupId: exampleIds.subscriptionGroup,
          cc: 'Grace <grace@example.com>, "Hopper, G." <hopper@example.com>',
          bcc: ['archive@example.com'],
          tracking: { clicks: true, opens: false },
          headers: { 'X-Order': '1003' },
          attachments: [{ filename: 'order.txt', content: 'T3JkZXIgMTAwMwo=', content_type: 'text/plain' }],
        },
      ],
    },
  },
  emails: {
    summary: 'Emails dialect: final content',
    value: {
      emails: [
        exampleEmail,
        { ...exampleEmail, to: ['grace@example.com'], html: '<p>Hello Grace!</p>', text: 'Hello Grace!' },
      ],
    },
  },
};

const rejected = {
  index: 1,
  idempotencyKey: 'order-1002',
  status: 'rejected',
  error: 'validation_failed',
  message: 'to.email is not an email address such as jane@example.com',
  details: {
    issues: [{ path: 'to.email', message: 'is not an email address such as jane@example.com' }],
  },
};

const counts = { total: 2, accepted: 1, rejected: 1 };
const acceptedKey = { index: 0, idempotencyKey: 'order-1001', status: 'accepted', replayed: false };
const { id: _id, created_at: _createdAt, ...dryRecord } = exampleRecord;

const answerExamples: Examples = {
  items: {
    summary: 'Items dialect: one accepted, one rejected',
    value: {
      ...counts,
      batchId: exampleIds.batch,
      items: [{ ...acceptedKey, send: exampleSend }, rejected],
    },
  },
  emails: {
    summary: 'Emails dialect: one queued, one failed alone',
    value: {
      emails: [
        exampleRecord,
        {
          ...exampleRecord,
          id: exampleIds.otherEmail,
          status: 'failed',
          from: 'news@example.net',
          error:
            'News@example.net is not a verified sender of this workspace: verify the address or its domain first.',
        },
      ],
      count: 2,
      batchId: exampleIds.batch,
    },
  },
  itemsDryRun: {
    summary: 'Items dialect, dry run',
    value: {
      dryRun: true,
      ...counts,
      items: [
        {
          ...acceptedKey,
          rendered: {
            subject: 'Your order 1001 is on its way',
            html: '<p>Dear Ada, order 1001 left today.</p>',
            text: null,
          },
        },
        rejected,
      ],
    },
  },
  emailsDryRun: {
    summary: 'Emails dialect, dry run',
    value: {
      dryRun: true,
      emails: [
        {
          ...dryRecord,
          rendered: { subject: 'Our April newsletter', html: '<p>Hello Ada!</p>', text: 'Hello Ada!' },
        },
      ],
      count: 1,
    },
  },
};

/** `POST /emails/batch`. */
export const sendBatch: Operation = {
  method: 'post',
  path: '/api/v1/emails/batch',
  operationId: 'sendBatch',
  tag: 'Emails',
  scope: 'emails:write',
  summary: 'Send a batch',
  description: [
    'Takes a batch in either dialect, and answers once every accepted email is on disk.',
    '`items`: 1 to 100 sends, rendered from templates. Each has its own key and its own result; a bad item spoils no other. ' +
      'The request as a whole is refused only if it is no object, has no `items`, none or too many, bad `defaults`, or ' +
      '`emails` as well.',
    '`emails`: 1 to 1,000 emails with final content. One that is malformed refuses the request. What only the server can ' +
      'know, such as a sender that is not verified, fails that email alone.',
    'With `dryRun=true` everything is checked and rendered; nothing is written or sent.',
  ].join('\n\n'),
  parameters: [
    {
      name: 'dryRun',
      in: 'query',
      required: false,
      description: '`true`: check and render, and write nothing.',
      schema: { type: 'string', enum: ['true', 'false'], default: 'false' },
    },
    idempotencyKeyParameter({
      required: false,
      description:
        'Emails dialect: covers the request. Email *i* gets the key `<header>/<i>` unless it names its own. The same header ' +
        'with different emails is answered 409. In the items dialect every item has its own key.',
    }),
  ],
  body: { content: json([itemsBatchRequest, emailsBatchRequest], requestExamples), maxMiB: 25 },
  answers: {
    200: {
      description: 'What became of each, in the dialect of the request and in its order.',
      content: json(
        [itemsBatchResponse, emailsBatchResponse, itemsDryRunResponse, emailsDryRunResponse],
        answerExamples,
      ),
    },
  },
  errors: ['idempotency_conflict'],
};

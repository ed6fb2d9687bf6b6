import {
  maxPostmarkBatch,
  postmarkAttachmentSchema,
  postmarkDetailsSchema,
  postmarkEmailSchema,
  postmarkErrorSchema,
  postmarkHeaderSchema,
  postmarkSentSchema,
  postmarkTemplateSchema,
  postmarkTemplatesSchema,
} from '@postroom/contracts';
import * as z from 'zod';
import { answerObject, type Component, requestObject, requestValue } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { JsonSchema, ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';

const address: JsonSchema = { $ref: '#/components/schemas/Address' };
const text: JsonSchema = { type: 'string' };

const postmarkHeader = requestObject('PostmarkHeader', postmarkHeaderSchema, {
  about: 'A custom header.',
  fields: { Name: 'Its name.', Value: { description: 'Its value.', type: ['string', 'number', 'boolean'] } },
});

const postmarkAttachment = requestObject('PostmarkAttachment', postmarkAttachmentSchema, {
  about: 'A file that goes with the message.',
  fields: {
    Name: { description: 'Its name.', ...text },
    Content: { description: 'Its bytes in base64, in lines or not.', ...text },
    ContentType: { description: 'Its media type; a name in it is left out.', ...text },
    ContentID: 'What the html shows it as: `cid:logo` or `logo`.',
    ContentLength: { description: 'Not looked at.', type: 'integer' },
    Disposition: { description: 'Not looked at.', ...text },
  },
});

const shared = {
  From: { description: 'The sender: on a verified domain, or of a verified sender profile.', ...address },
  To: 'The recipients, with commas between; at most 50 with those of `Cc` and `Bcc`.',
  Cc: 'Recipients of a copy.',
  Bcc: 'Recipients of a blind copy. They are in no answer.',
  ReplyTo: { description: 'Where answers go: one address.', ...address },
  Tag: 'Kept as a tag.',
  Metadata: {
    description: 'Kept as tags `name:value`, at most 10.',
    type: ['object', 'null'],
    additionalProperties: { type: ['string', 'number', 'boolean'], maxLength: 80 },
  },
  Headers: 'Custom headers, at most 30; those that go out anew are left out.',
  Attachments: 'Files that go with the message.',
  TrackOpens: 'Whether opens are recorded. Absent: as the sender profile says.',
  TrackLinks: 'Which links are tracked; `TextOnly` is refused. Absent: as the sender profile says.',
  MessageStream:
    '`broadcast`: marketing, with unsubscribe headers and for those alone who did not leave. Absent: `outbound`.',
} as const;

const postmarkEmail = requestObject('PostmarkEmail', postmarkEmailSchema, {
  about:
    'One message as Postmark takes it, read by the rules of our own emails. Unknown fields are refused by name.',
  fields: {
    ...shared,
    Subject: { description: 'One line, without spaces around it when it is mailed and shown.', ...text },
    HtmlBody: { description: 'The html part.', ...text },
    TextBody: { description: 'The text part.', ...text },
  },
});

const postmarkTemplate = requestObject('PostmarkTemplateEmail', postmarkTemplateSchema, {
  about: 'One message that is made of a template, read by the rules of our own items.',
  fields: {
    ...shared,
    TemplateAlias: 'The UUID of a template of this workspace.',
    TemplateId: 'The same, if there is no `TemplateAlias`.',
    TemplateModel: 'What the template is rendered with.',
    InlineCss: 'Not looked at: styles stay where they are.',
  },
});

const postmarkEmails = requestValue(
  'PostmarkEmails',
  z.array(z.unknown()).max(maxPostmarkBatch).describe('Messages'),
  { about: 'Messages in one request.', type: 'array', items: { $ref: '#/components/schemas/PostmarkEmail' } },
);

const postmarkTemplates = requestObject('PostmarkTemplateEmails', postmarkTemplatesSchema, {
  about: 'Messages that are made of templates.',
  fields: {
    Messages: {
      description: 'The messages, at most 500.',
      items: { $ref: '#/components/schemas/PostmarkTemplateEmail' },
    },
  },
});

const postmarkSent = answerObject('PostmarkSent', postmarkSentSchema, {
  about: 'What became of one message.',
  fields: {
    To: 'The recipients. Absent, like what follows, on a refused one.',
    Cc: 'The recipients of a copy.',
    SubmittedAt: 'When it was accepted.',
    MessageID: 'The UUID of the send: the same as under `/api/v1`.',
    ErrorCode: '0: it was accepted.',
    Message: '`OK`, `Test job accepted` with a test key, or what is wrong and what to do.',
  },
});

const postmarkSentList = requestValue('PostmarkSentList', z.array(postmarkSentSchema), {
  about: 'What became of each message, in the order of the request.',
  type: 'array',
  items: { $ref: '#/components/schemas/PostmarkSent' },
});

const postmarkDetails = answerObject('PostmarkDetails', postmarkDetailsSchema, {
  about: 'One message, and what happened to it.',
  fields: {
    MessageID: 'The UUID of the send.',
    Tag: 'Its tag; null: none.',
    To: 'The recipients.',
    Cc: 'The recipients of a copy.',
    Bcc: 'Always empty: blind copies are never shown.',
    Recipients: 'The addresses of all that are shown.',
    ReceivedAt: 'When it was accepted.',
    From: 'The sender.',
    Subject: 'The subject.',
    Attachments: 'The names of its files; none once its content is gone.',
    Status: '`Queued`, `Sent`, or `Processed`: it ended without being sent.',
    TrackOpens: 'Whether opens are recorded, by its own word or that of the sender profile.',
    TrackLinks: 'Which links are tracked, by the same.',
    Metadata: 'Its tags that are pairs.',
    MessageStream: 'Its stream.',
    Sandboxed: 'Made with a test key.',
    TextBody:
      'The text part; null where there is none, it is made of a template, or both parts are more than 4 MiB of JSON.',
    HtmlBody:
      'The html part; null where there is none, it is made of a template, or both parts are more than 4 MiB of JSON.',
    Body: 'Always empty: the source of a message is not shown.',
    MessageEvents: 'What happened to it, oldest first.',
  },
});

/** Every error of the routes for clients of Postmark. */
export const postmarkErrorComponent = answerObject('PostmarkError', postmarkErrorSchema, {
  about: 'An error as Postmark words it.',
  fields: { ErrorCode: 'What is wrong, for programs.', Message: 'What is wrong and what to do.' },
});

/** The components of the routes for clients of Postmark. */
export const postmarkComponents: readonly Component[] = [
  postmarkHeader,
  postmarkAttachment,
  postmarkEmail,
  postmarkTemplate,
  postmarkEmails,
  postmarkTemplates,
  postmarkSent,
  postmarkSentList,
  postmarkDetails,
  postmarkErrorComponent,
];

const exampleEmail = {
  From: 'News <news@example.com>',
  To: 'ada@example.com',
  Subject: 'Hello',
  HtmlBody: '<p>Hello Ada</p>',
  MessageStream: 'outbound',
};
const exampleTemplate = {
  From: 'orders@example.com',
  To: 'ada@example.com',
  TemplateAlias: exampleIds.template,
  TemplateModel: { name: 'Ada', order: '1001' },
};
const exampleSent = {
  To: 'ada@example.com',
  SubmittedAt: exampleTimes.created,
  MessageID: exampleIds.send,
  ErrorCode: 0,
  Message: 'OK',
};
const one = {
  200: { description: 'It was accepted.', content: jsonOf(postmarkSent, example('Accepted', exampleSent)) },
};
const several = {
  200: {
    description: 'What became of each.',
    content: jsonOf(
      postmarkSentList,
      example('One of two', [exampleSent, { ErrorCode: 300, Message: 'To is required' }]),
    ),
  },
};

const id: ParameterObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The UUID of the send, or its `em_...`.',
  schema: { type: 'string' },
  example: exampleIds.send,
};

const common = { tag: 'Postmark', door: 'postmark', errors: [] } as const;
const sending = { ...common, scope: 'emails:write', method: 'post' } as const;

/** What clients of Postmark call. */
export const postmarkOperations: readonly Operation[] = [
  {
    ...sending,
    path: '/email',
    operationId: 'postmarkSendEmail',
    summary: 'Send one message',
    body: { content: jsonOf(postmarkEmail, example('A message', exampleEmail)), maxMiB: 25 },
    answers: one,
  },
  {
    ...sending,
    path: '/email/batch',
    operationId: 'postmarkSendBatch',
    summary: 'Send up to 500 messages',
    description: 'Each is taken for itself, and answered in its place.',
    body: {
      content: jsonOf(postmarkEmails, example('Two messages', [exampleEmail, { ...exampleEmail, To: '' }])),
      maxMiB: 25,
    },
    answers: several,
  },
  {
    ...sending,
    path: '/email/withTemplate',
    operationId: 'postmarkSendTemplate',
    summary: 'Send one message made of a template',
    body: { content: jsonOf(postmarkTemplate, example('A message', exampleTemplate)), maxMiB: 25 },
    answers: one,
  },
  {
    ...sending,
    path: '/email/batchWithTemplates',
    operationId: 'postmarkSendTemplates',
    summary: 'Send up to 500 messages made of templates',
    description: 'Each is taken for itself, and answered in its place.',
    body: {
      content: jsonOf(postmarkTemplates, example('A message', { Messages: [exampleTemplate] })),
      maxMiB: 25,
    },
    answers: several,
  },
  {
    ...common,
    method: 'get',
    path: '/messages/outbound/{id}/details',
    operationId: 'postmarkGetMessage',
    scope: 'emails:read',
    summary: 'Read one message and what happened to it',
    parameters: [id],
    answers: {
      200: {
        description: 'The message as it stands.',
        content: jsonOf(
          postmarkDetails,
          example('A message', {
            MessageID: exampleIds.send,
            Tag: null,
            To: [{ Email: 'ada@example.com', Name: '' }],
            Cc: [],
            Bcc: [],
            Recipients: ['ada@example.com'],
            ReceivedAt: exampleTimes.created,
            From: 'News <news@example.com>',
            Subject: 'Hello',
            Attachments: [],
            Status: 'Sent',
            TrackOpens: false,
            TrackLinks: 'None',
            Metadata: {},
            MessageStream: 'outbound',
            Sandboxed: false,
            TextBody: null,
            HtmlBody: '<p>Hello Ada</p>',
            Body: '',
            MessageEvents: [
              {
                Recipient: 'ada@example.com',
                Type: 'Delivered',
                ReceivedAt: exampleTimes.updated,
                Details: {},
              },
            ],
          }),
        ),
      },
    },
  },
];

import {
  bounceNumberOf,
  postmarkActivatedSchema,
  postmarkBounceSchema,
  postmarkBouncesQuerySchema,
  postmarkBouncesSchema,
  postmarkDumpedSchema,
  postmarkStatsSchema,
} from '@postroom/contracts';
import { answerObject, type Component } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { ParameterObject } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { queryParameters } from '../parameters.ts';

const bounce = answerObject('PostmarkBounce', postmarkBounceSchema, {
  about: 'A message whose first recipient of those it went to did not get it, or reported it as spam.',
  fields: {
    RecordType: 'Always `Bounce`.',
    ID: 'Its number, which is made of the id of the send: always the same.',
    Type: 'How it bounced.',
    TypeCode: 'The number of the type at Postmark.',
    Name: 'The type, for people.',
    Tag: 'The tag of the message; empty: none.',
    MessageID: 'The UUID of the send.',
    ServerID: 'Always 0: there is one server.',
    MessageStream: 'The stream of the message.',
    Description: 'What the type means.',
    Details: 'What the other server said, or SES.',
    Email: 'Who did not get it.',
    From: 'The sender.',
    BouncedAt: 'When it was reported.',
    DumpAvailable: 'Always false: SES does not hand on the source of a bounce.',
    Inactive: 'Whether the address is suppressed now.',
    CanActivate: 'Whether `activate` lifts that.',
    Subject: 'The subject.',
  },
});
const bounces = answerObject('PostmarkBounces', postmarkBouncesSchema, {
  about: 'A page of bounces, the newest message first.',
  fields: { TotalCount: 'How many there are: exact up to 10,000.', Bounces: 'The bounces.' },
});
const dumped = answerObject('PostmarkBounceDump', postmarkDumpedSchema, {
  about: 'The source of a bounce.',
  fields: { Body: 'Always empty.' },
});
const activated = answerObject('PostmarkActivated', postmarkActivatedSchema, {
  about: 'An address that gets mail again.',
  fields: { Message: 'Always `OK`.', Bounce: 'The bounce as it stands now.' },
});
const counted = answerObject('PostmarkBounceCount', postmarkStatsSchema.shape.Bounces.element, {
  about: 'How many messages bounced so.',
  fields: {
    Name: 'The type, for people.',
    Count: 'How many: exact up to 10,000.',
    Type: 'The type. Absent: all.',
  },
});
const stats = answerObject('PostmarkStats', postmarkStatsSchema, {
  about: 'How many messages bounced.',
  fields: {
    InactiveMails: 'How many addresses are suppressed, counted up to 10,000.',
    Bounces: 'How many messages bounced, of all types and of each.',
  },
});

/** The components of bounces for clients of Postmark. */
export const postmarkBounceComponents: readonly Component[] = [
  bounce,
  bounces,
  dumped,
  activated,
  counted,
  stats,
];

const exampleNumber = bounceNumberOf(exampleIds.send);
const exampleBounce = {
  RecordType: 'Bounce',
  ID: exampleNumber,
  Type: 'HardBounce',
  TypeCode: 1,
  Name: 'Hard bounce',
  Tag: 'welcome',
  MessageID: exampleIds.send,
  ServerID: 0,
  MessageStream: 'outbound',
  Description: 'The message cannot be delivered to this address, now or later.',
  Details: 'smtp; 550 5.1.1 no such user',
  Email: 'ada@example.com',
  From: 'News <news@example.com>',
  BouncedAt: exampleTimes.updated,
  DumpAvailable: false,
  Inactive: true,
  CanActivate: true,
  Subject: 'Hello',
};
const id: ParameterObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The number of the bounce.',
  schema: { type: 'integer' },
  example: exampleNumber,
};

const common = { tag: 'Postmark', door: 'postmark', errors: [] } as const;
const reading = { ...common, scope: 'emails:read', method: 'get' } as const;
const notOffered = { description: 'Not offered: refused by name.', type: 'string' as const };

/** What clients of Postmark call of bounces. */
export const postmarkBounceOperations: readonly Operation[] = [
  {
    ...reading,
    path: '/deliverystats',
    operationId: 'postmarkDeliveryStats',
    summary: 'Count bounces and suppressed addresses',
    answers: {
      200: {
        description: 'How many there are.',
        content: jsonOf(
          stats,
          example('Counts', {
            InactiveMails: 3,
            Bounces: [
              { Name: 'All', Count: 2 },
              { Name: 'Hard bounce', Type: 'HardBounce', Count: 2 },
            ],
          }),
        ),
      },
    },
  },
  {
    ...reading,
    path: '/bounces',
    operationId: 'postmarkListBounces',
    summary: 'List bounces',
    description: 'Of the first recipient that each message went to, the newest message first.',
    parameters: queryParameters(postmarkBouncesQuerySchema, {
      count: 'How many the page may have.',
      offset: 'How many to pass over; with `count` at most 10,000.',
      type: 'How they bounced.',
      emailFilter: { description: 'The address of a recipient.', type: 'string' },
      tag: 'A tag of the message.',
      messageID: 'The UUID of the send.',
      inactive: notOffered,
      fromdate: notOffered,
      todate: notOffered,
      messagestream: notOffered,
    }),
    answers: {
      200: {
        description: 'A page of bounces.',
        content: jsonOf(bounces, example('A page', { TotalCount: 1, Bounces: [exampleBounce] })),
      },
    },
  },
  {
    ...reading,
    path: '/bounces/{id}',
    operationId: 'postmarkGetBounce',
    summary: 'Read a bounce',
    parameters: [id],
    answers: {
      200: { description: 'The bounce.', content: jsonOf(bounce, example('A bounce', exampleBounce)) },
    },
  },
  {
    ...reading,
    path: '/bounces/{id}/dump',
    operationId: 'postmarkGetBounceDump',
    summary: 'Ask for the source of a bounce',
    parameters: [id],
    answers: {
      200: { description: 'There is none.', content: jsonOf(dumped, example('Nothing', { Body: '' })) },
    },
  },
  {
    ...common,
    scope: 'admin',
    isLiveOnly: true,
    method: 'put',
    path: '/bounces/{id}/activate',
    operationId: 'postmarkActivateBounce',
    summary: 'Let the address of a bounce have mail again',
    description:
      'What is suppressed for a complaint, or by you, stays suppressed, and that is answered with 422. A number that several bounces have, which two processes may give within one millisecond, is refused.',
    parameters: [id],
    answers: {
      200: {
        description: 'It is not suppressed.',
        content: jsonOf(
          activated,
          example('A bounce', {
            Message: 'OK',
            Bounce: { ...exampleBounce, Inactive: false, CanActivate: false },
          }),
        ),
      },
    },
  },
];

import {
  createSenderProfileSchema,
  maxSenderProfiles,
  pageQuerySchema,
  pageSchema,
  type SenderProfileResource,
  senderProfileSchema,
  updateSenderProfileSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';

const requestNotes = {
  name: 'For you: recipients do not see it. One line.',
  fromEmail: 'The address that mail comes from.',
  fromName: 'The name that is shown with it.',
  replyTo: 'Where answers go unless a send says otherwise.',
  configurationSet:
    "SES's configuration set: without one SES publishes no events about the mail. It belongs to the workspace that names it first.",
  tracking: 'What is recorded of recipients unless a send says otherwise.',
  trackingHost: {
    description:
      'Where tracked links lead instead of `PUBLIC_URL`, such as `https://links.example.com`: a host of your own that leads to this server over https. Used once `check-tracking-host` found that it does.',
    format: 'uri',
  },
};

const create = requestObject('CreateSenderProfile', createSenderProfileSchema, {
  about: 'A sender profile to be made.',
  fields: requestNotes,
});

const update = requestObject('UpdateSenderProfile', updateSenderProfileSchema, {
  about: 'What is absent stays as it is; `null` unsets a field that may be unset.',
  fields: requestNotes,
});

const senderProfile = answerObject('SenderProfile', senderProfileSchema, {
  about: 'Who mail comes from.',
  fields: {
    id: 'What templates and sends name it by.',
    name: 'For you.',
    fromEmail: 'The address that mail comes from.',
    fromName: 'The name that is shown with it.',
    replyTo: 'Where answers go.',
    configurationSet: "SES's configuration set.",
    tracking: 'What is recorded of recipients.',
    trackingHost: 'Where tracked links lead, once it is verified.',
    trackingHostVerified:
      'It led to this server when it was last asked; until it does, links lead to `PUBLIC_URL`.',
    trackingHostProblem: 'What was wrong with it then, or null.',
    verified: 'Mail may come from it: SES knows the address or its domain as verified.',
    flaggedReason: 'Why SES last refused this sender, or null.',
    createdAt: 'When it was made.',
    updatedAt: 'When it last changed.',
  },
});

const tracking = answerObject('SenderTracking', senderProfileSchema.shape.tracking, {
  about: 'What is recorded of recipients.',
  fields: {
    clicks: 'That links were followed.',
    opens: 'That the message was shown.',
    text: 'Links of the text part too, where those of the html are.',
  },
});

const page = answerObject('SenderProfilePage', pageSchema(senderProfileSchema), {
  about: 'A page of sender profiles.',
  fields: {
    data: 'The sender profiles, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

/** The components of sender profiles. */
export const senderProfileComponents: readonly Component[] = [create, update, senderProfile, tracking, page];

const exampleSender: SenderProfileResource = {
  id: exampleIds.senderProfile,
  name: 'Shop',
  fromEmail: 'orders@example.com',
  fromName: 'The Paper Postroom',
  replyTo: { email: 'support@example.com', name: 'Support' },
  configurationSet: 'postroom',
  tracking: { clicks: false, opens: false, text: false },
  trackingHost: 'https://links.example.com',
  trackingHostVerified: true,
  trackingHostProblem: null,
  verified: true,
  flaggedReason: null,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const path = '/api/v1/sender-profiles';
const id = idParameter('sender profile', exampleIds.senderProfile);
const shared = { tag: 'Sender profiles' } as const;
const answer = (description: string, change: Partial<SenderProfileResource> = {}) => ({
  description,
  content: jsonOf(senderProfile, example('A sender profile', { ...exampleSender, ...change })),
});

/** What can be done with sender profiles. */
export const senderProfileOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createSenderProfile',
    scope: 'templates:write',
    summary: 'Create a sender profile',
    description:
      'SES is asked whether the address or its domain is verified. If it cannot be asked, `verified` is false. 409 if another ' +
      `workspace uses the \`configurationSet\`; 422 if this one has ${maxSenderProfiles.toLocaleString('en-US')} sender profiles of this mode of keys. SES is ` +
      'asked a few times a second for all: who comes much too soon is answered 429, with `Retry-After`.',
    body: {
      content: jsonOf(
        create,
        example('A shop', {
          name: 'Shop',
          fromEmail: 'orders@example.com',
          fromName: 'The Paper Postroom',
          replyTo: 'Support <support@example.com>',
          configurationSet: 'postroom',
        }),
      ),
      maxMiB: 1,
    },
    answers: { 201: answer('The sender profile.') },
    errors: ['state_conflict', 'unprocessable'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listSenderProfiles',
    scope: 'templates:read',
    summary: 'List sender profiles',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of sender profiles.',
        content: jsonOf(page, example('The only page', { data: [exampleSender], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getSenderProfile',
    scope: 'templates:read',
    summary: 'Read a sender profile',
    parameters: [id],
    answers: { 200: answer('The sender profile.') },
    errors: [],
  },
  {
    ...shared,
    method: 'patch',
    path: `${path}/{id}`,
    operationId: 'updateSenderProfile',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Change a sender profile',
    description:
      'Another `fromEmail` has to be verified anew. Sends that were accepted before keep their sender. What a test key made is a live ' +
      `key's from then on: 422 if there are ${maxSenderProfiles.toLocaleString('en-US')} of these.`,
    parameters: [id],
    body: { content: jsonOf(update, example('Record clicks', { tracking: { clicks: true } })), maxMiB: 1 },
    answers: {
      200: answer('The sender profile as it is now.', {
        tracking: { clicks: true, opens: false, text: false },
      }),
    },
    errors: ['state_conflict', 'unprocessable'],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/refresh`,
    operationId: 'refreshSenderProfile',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Ask SES about a sender again',
    parameters: [id],
    answers: { 200: answer('The sender profile as it is now.') },
    errors: ['state_conflict', 'unprocessable'],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/check-tracking-host`,
    operationId: 'checkTrackingHost',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Check a tracking host',
    description:
      'Asks the `trackingHost` over https to prove that it leads to this server, for at most 5 seconds. `trackingHostVerified` says what came of it, and `trackingHostProblem` why it did not. A host that leads to a private address is not asked, and one that another workspace has is not verified. 409 if there is no `trackingHost`.',
    parameters: [id],
    answers: { 200: answer('The sender profile as it is now.') },
    errors: ['state_conflict', 'unavailable'],
  },
];

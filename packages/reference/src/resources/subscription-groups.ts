import {
  createSubscriptionGroupSchema,
  maxSubscriptionGroups,
  pageQuerySchema,
  pageSchema,
  putSubscriptionSchema,
  type SubscriptionGroupResource,
  subscriptionGroupSchema,
  subscriptionSchema,
  updateSubscriptionGroupSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';

const requestNotes = {
  name: 'What recipients see on the page where they unsubscribe. One line.',
  type: '`OptIn`: who said nothing gets no mail of the group. `OptOut`: who said nothing gets it.',
  marketingDefault:
    'Emails of `type: "marketing"` belong to this group. One group of a workspace at most: it takes over from the one before.',
  confirmation:
    'Double opt-in: who is to be subscribed and does not get the mail yet is asked first, by mail. Setting it takes a live key that also has `emails:write`. Null: nobody is asked.',
};

const create = requestObject('CreateSubscriptionGroup', createSubscriptionGroupSchema, {
  about: 'A subscription group to be made.',
  fields: requestNotes,
});

const update = requestObject('UpdateSubscriptionGroup', updateSubscriptionGroupSchema, {
  about: 'What is absent stays as it is.',
  fields: requestNotes,
});

const group = answerObject('SubscriptionGroup', subscriptionGroupSchema, {
  about: 'What recipients can subscribe to.',
  fields: {
    id: 'What sends name it by.',
    ...requestNotes,
    createdAt: 'When it was made.',
    updatedAt: 'When it last changed.',
  },
});

const page = answerObject('SubscriptionGroupPage', pageSchema(subscriptionGroupSchema), {
  about: 'A page of subscription groups.',
  fields: {
    data: 'The groups, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

const put = requestObject('PutSubscription', putSubscriptionSchema, {
  about: 'What one recipient says. Needs either a `profileId` or an `email`, not both.',
  fields: {
    profileId: 'The recipient, as a known profile.',
    email: 'The recipient, by address; who is not known becomes a profile.',
    subscribed: 'Whether mail of the group is wanted.',
  },
});

const subscription = answerObject('Subscription', subscriptionSchema, {
  about: 'What one recipient said of one group.',
  fields: {
    groupId: 'The group.',
    profileId: 'The recipient.',
    subscribed: 'Whether mail of the group is wanted.',
    status: '`pending`: asked to confirm, and without mail until then.',
    updatedAt: 'When it was said.',
  },
});

const confirmationNotes = {
  templateId: 'An active template that has `{{@confirmUrl}}` in its html, and in its text if it has one.',
  senderProfileId: 'Who the mail comes from.',
};

const confirmation = answerObject('GroupConfirmation', subscriptionGroupSchema.shape.confirmation.unwrap(), {
  about: 'What asks recipients whether they want the mail of a group.',
  fields: confirmationNotes,
});

const askedFor = requestObject(
  'AskedConfirmation',
  createSubscriptionGroupSchema.shape.confirmation.unwrap().unwrap(),
  { about: 'What is to ask recipients whether they want the mail of a group.', fields: confirmationNotes },
);

/** The components of subscription groups. */
export const subscriptionGroupComponents: readonly Component[] = [
  create,
  update,
  group,
  page,
  confirmation,
  askedFor,
  put,
  subscription,
];

const exampleGroup: SubscriptionGroupResource = {
  id: exampleIds.subscriptionGroup,
  name: 'News',
  type: 'OptOut',
  marketingDefault: true,
  confirmation: null,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const path = '/api/v1/subscription-groups';
const id = idParameter('subscription group', exampleIds.subscriptionGroup);
const shared = { tag: 'Subscription groups' } as const;
const answer = (description: string, change: Partial<SubscriptionGroupResource> = {}) => ({
  description,
  content: jsonOf(group, example('A group', { ...exampleGroup, ...change })),
});

/** What can be done with subscription groups. */
export const subscriptionGroupOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createSubscriptionGroup',
    scope: 'profiles:write',
    summary: 'Create a subscription group',
    description:
      `422 if this workspace has ${maxSubscriptionGroups} of them: those of live keys and those of test keys are counted apart. One that a test ` +
      'key makes is there for test keys alone: live keys, live mail and the pages of its recipients do not know it.',
    body: {
      content: jsonOf(create, example('News', { name: 'News', type: 'OptOut', marketingDefault: true })),
      maxMiB: 1,
    },
    answers: { 201: answer('The group.') },
    errors: ['unprocessable'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listSubscriptionGroups',
    scope: 'profiles:read',
    summary: 'List subscription groups',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of groups.',
        content: jsonOf(page, example('The only page', { data: [exampleGroup], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getSubscriptionGroup',
    scope: 'profiles:read',
    summary: 'Read a subscription group',
    parameters: [id],
    answers: { 200: answer('The group.') },
    errors: [],
  },
  {
    ...shared,
    method: 'patch',
    path: `${path}/{id}`,
    operationId: 'updateSubscriptionGroup',
    isLiveOnly: true,
    scope: 'profiles:write',
    summary: 'Change a subscription group',
    parameters: [id],
    body: { content: jsonOf(update, example('Another name', { name: 'Newsletter' })), maxMiB: 1 },
    answers: { 200: answer('The group as it is now.', { name: 'Newsletter' }) },
    errors: [],
  },
  {
    ...shared,
    method: 'put',
    path: `${path}/{id}/subscriptions`,
    operationId: 'putSubscription',
    isLiveOnly: true,
    scope: 'profiles:write',
    summary: 'Subscribe or unsubscribe a recipient',
    description:
      'May be repeated. Sends that are not under way yet follow it. Where the group has a `confirmation`, `subscribed: true` makes whoever does not get its mail yet `pending`, and accepts a mail that asks them; asked again, it is sent again after 10 minutes at the earliest, and three times in 7 days at most. 422 if that mail cannot be sent.',
    parameters: [id],
    body: {
      content: jsonOf(put, {
        email: { summary: 'By address', value: { email: 'ada@example.com', subscribed: false } },
        profile: { summary: 'By profile', value: { profileId: exampleIds.profile, subscribed: true } },
      }),
      maxMiB: 1,
    },
    answers: {
      200: {
        description: 'What is recorded now.',
        content: jsonOf(
          subscription,
          example('Unsubscribed', {
            groupId: exampleIds.subscriptionGroup,
            profileId: exampleIds.profile,
            subscribed: false,
            status: 'unsubscribed',
            updatedAt: exampleTimes.updated,
          }),
        ),
      },
    },
    errors: ['state_conflict', 'unprocessable'],
  },
];

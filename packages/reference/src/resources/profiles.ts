import {
  createProfileSchema,
  type ProfileResource,
  pageSchema,
  profileSchema,
  profilesQuerySchema,
  updateProfileSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';

const requestNotes = {
  email: 'The address of the recipient.',
  externalId: 'Your own id of the recipient, unique in the workspace.',
  attributes: 'What templates see as `profile.attributes`.',
};

const create = requestObject('CreateProfile', createProfileSchema, {
  about: 'A recipient to be made known. Needs an `email`, an `externalId` or both.',
  fields: requestNotes,
});

const update = requestObject('UpdateProfile', updateProfileSchema, {
  about:
    'What is absent stays as it is; `null` unsets a field. `email` and `externalId` cannot both be unset. `attributes` are replaced as a whole.',
  fields: requestNotes,
});

const profile = answerObject('Profile', profileSchema, {
  about: 'A known recipient.',
  fields: {
    id: 'What sends name it by.',
    email: 'The address.',
    externalId: 'Your own id of the recipient.',
    attributes: 'What templates see as `profile.attributes`.',
    deliverySuppression: 'Why the address gets no mail, or null.',
    subscriptions:
      'What the recipient said of groups, of the 1,000 newest groups at most; a group that is not here decides by its type. What another address of theirs has confirmed is not here.',
    createdAt: 'When it was made known.',
    updatedAt: 'When it last changed.',
  },
});

const subscription = answerObject('ProfileSubscription', profileSchema.shape.subscriptions.element, {
  about: 'What the recipient said of one group.',
  fields: {
    groupId: 'The group.',
    subscribed: 'Whether mail of the group is wanted.',
    status: '`pending`: asked to confirm, and without mail until then.',
    updatedAt: 'When it was said.',
  },
});

const page = answerObject('ProfilePage', pageSchema(profileSchema), {
  about: 'A page of profiles.',
  fields: {
    data: 'The profiles, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

/** The components of profiles. */
export const profileComponents: readonly Component[] = [create, update, profile, subscription, page];

const exampleProfile: ProfileResource = {
  id: exampleIds.profile,
  email: 'ada@example.com',
  externalId: 'customer-1',
  attributes: { firstName: 'Ada' },
  deliverySuppression: null,
  subscriptions: [
    {
      groupId: exampleIds.subscriptionGroup,
      subscribed: true,
      status: 'subscribed',
      updatedAt: exampleTimes.created,
    },
  ],
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const path = '/api/v1/profiles';
const id = idParameter('profile', exampleIds.profile);
const shared = { tag: 'Profiles' } as const;
const answer = (description: string, change: Partial<ProfileResource> = {}) => ({
  description,
  content: jsonOf(profile, example('A profile', { ...exampleProfile, ...change })),
});

/** What can be done with profiles. */
export const profileOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createProfile',
    scope: 'profiles:write',
    summary: 'Create a profile',
    description:
      '409 if another profile has this `externalId` or, without one, this `email`; `details.profileId` names it. 422 if 1,000 profiles have the `email`.',
    body: {
      content: jsonOf(
        create,
        example('A customer', {
          email: 'grace@example.com',
          externalId: 'customer-2',
          attributes: { firstName: 'Grace' },
        }),
      ),
      maxMiB: 1,
    },
    answers: {
      201: answer('The profile.', {
        email: 'grace@example.com',
        externalId: 'customer-2',
        attributes: { firstName: 'Grace' },
        subscriptions: [],
      }),
    },
    errors: ['state_conflict', 'unprocessable'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listProfiles',
    scope: 'profiles:read',
    summary: 'List profiles',
    parameters: queryParameters(profilesQuerySchema, {
      ...pageNotes,
      email: { description: 'Those with this address, without regard to letter case.', format: 'idn-email' },
      externalId: 'The one with this id of yours.',
    }),
    answers: {
      200: {
        description: 'A page of profiles.',
        content: jsonOf(page, example('The only page', { data: [exampleProfile], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getProfile',
    scope: 'profiles:read',
    summary: 'Read a profile',
    parameters: [id],
    answers: { 200: answer('The profile.') },
    errors: [],
  },
  {
    ...shared,
    method: 'patch',
    path: `${path}/{id}`,
    operationId: 'updateProfile',
    isLiveOnly: true,
    scope: 'profiles:write',
    summary: 'Change a profile',
    parameters: [id],
    body: {
      content: jsonOf(update, example('Other attributes', { attributes: { firstName: 'Augusta' } })),
      maxMiB: 1,
    },
    answers: { 200: answer('The profile as it is now.', { attributes: { firstName: 'Augusta' } }) },
    errors: ['state_conflict', 'unprocessable'],
  },
];

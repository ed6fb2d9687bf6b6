import * as z from 'zod';
import { answerObject, type Component } from '../component.ts';
import { errorContent } from '../error-answers.ts';
import { exampleIds } from '../example-ids.ts';
import type { Content, ParameterObject } from '../model.ts';
import { type Answer, example, jsonOf, type Operation, text } from '../operation.ts';

const standing = answerObject('LinkStanding', z.object({ subscribed: z.boolean() }), {
  about: 'How things stand with the recipient that a link belongs to.',
  fields: { subscribed: 'Whether mail of the group is wanted.' },
});

const change = z.object({ groupId: z.guid(), subscribed: z.boolean() });

const changedGroup = answerObject('ChangedGroup', change, {
  about: 'A group whose mail the recipient gets from now on, or no longer.',
  fields: { groupId: 'The group.', subscribed: 'Whether its mail is wanted now.' },
});

const saved = answerObject('SavedPreferences', z.object({ changed: z.array(change) }), {
  about: 'What the choices of a recipient have changed.',
  fields: { changed: 'Each group that it is different with than before.' },
});

/** The components of links in messages. */
export const recipientComponents: readonly Component[] = [standing, changedGroup, saved];

const token: ParameterObject = {
  name: 'token',
  in: 'path',
  required: true,
  description: 'The signed part of the link, as it is in the message.',
  schema: { type: 'string' },
  example: exampleIds.linkToken,
};

const page = text('text/html', 'A page with a button', '<!doctype html>');

const answers = (subscribed: boolean): Readonly<Record<number, Answer>> => ({
  200: {
    description: 'How things stand now: a page, or JSON for those who accept it rather than html.',
    content: { ...jsonOf(standing, example('How things stand', { subscribed })), ...page },
  },
  404: {
    description: 'The link does not work.',
    content: { ...errorContent(['not_found']), ...page },
  },
});

const oneClick: Content = text(
  'application/x-www-form-urlencoded',
  'As mail clients post it',
  'List-Unsubscribe=One-Click',
);

const shared = { tag: 'Recipients', scope: null, parameters: [token] } as const;

/** Of the link in mail that asks for a confirmation. */
const ofAsking = { ...shared, parameters: [{ ...token, example: exampleIds.confirmToken }] } as const;
const body = { content: oneClick, maxMiB: null, isOptional: true };

const broken: Answer = {
  description: 'The link does not work.',
  content: text('text/html', 'A page', '<!doctype html>'),
};
const later: Answer = {
  description: 'It cannot be known just now where the link leads.',
  content: text('text/html', 'A page', '<!doctype html>'),
};

/** What tracked links and pixels lead to, for whoever asks with GET or HEAD. */
const trackedOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'get',
    path: '/t/c/{token}',
    operationId: 'followLink',
    summary: 'Follow a tracked link',
    description:
      'Leads to where the link led before it was tracked, which is signed, and to nothing else. That it was followed is recorded beside, with the user agent and without an address. The query string says nothing.',
    parameters: [{ ...token, example: exampleIds.clickToken }],
    answers: { 302: { description: 'The target, in `Location`.' }, 404: broken, 503: later },
    errors: ['internal_error'],
  },
  {
    ...shared,
    method: 'get',
    path: '/t/o/{token}',
    operationId: 'showPixel',
    summary: 'Fetch the image that tells of an open',
    description: 'A transparent image of one pixel, whatever the token.',
    parameters: [{ ...token, example: exampleIds.openToken }],
    answers: { 200: { description: 'The image.', content: text('image/gif', 'A GIF', 'GIF89a') } },
    errors: ['internal_error'],
  },
  {
    ...shared,
    method: 'get',
    path: '/t/h/{challenge}',
    operationId: 'proveHost',
    summary: 'Prove that a host leads here',
    description: 'What `check-tracking-host` asks of a host.',
    parameters: [
      {
        ...token,
        name: 'challenge',
        description: 'What is to be proven, made by this server.',
        example: exampleIds.hostChallenge,
      },
    ],
    answers: {
      200: {
        description: 'The proof.',
        content: text('text/plain', 'A proof', 'dGhpcyBpcyBub3QgYSBwcm9vZg'),
      },
      404: broken,
      503: later,
    },
    errors: ['internal_error'],
  },
];

/** What the links in a message lead to. */
export const recipientOperations: readonly Operation[] = [
  ...trackedOperations,
  {
    ...shared,
    method: 'get',
    path: '/u/{token}',
    operationId: 'showSubscription',
    summary: 'Show whether one is subscribed',
    description: 'A page with a button. It changes nothing: scanners follow links.',
    answers: answers(true),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'post',
    path: '/u/{token}',
    operationId: 'unsubscribe',
    summary: 'Unsubscribe',
    description:
      'One click as in RFC 8058. Whatever the body holds, the recipient is unsubscribed from the group of the message. May be repeated.',
    body,
    answers: answers(false),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'get',
    path: '/u/{token}/resubscribe',
    operationId: 'showResubscription',
    summary: 'Show whether one is subscribed again',
    description: 'The same page, for those who reload it.',
    answers: answers(true),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'post',
    path: '/u/{token}/resubscribe',
    operationId: 'resubscribe',
    summary: 'Subscribe again',
    description: 'Takes the unsubscription back. May be repeated.',
    body,
    answers: answers(true),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'get',
    path: '/u/{token}/preferences',
    operationId: 'showPreferences',
    summary: 'Show what one gets',
    description: 'The same page, for those who reload it.',
    answers: answers(true),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'post',
    path: '/u/{token}/preferences',
    operationId: 'savePreferences',
    summary: 'Choose among the other groups',
    description:
      'What the form of the page posts: `shown` once for each group, `on:` or `off:` before its id as it was shown, and `on` with the id for each that is switched on. What is as it was shown is left alone. The group of the message itself is not among them, nor are those that ask for consent and that the recipient never said anything about. May be repeated.',
    body: {
      content: text(
        'application/x-www-form-urlencoded',
        'One that is switched off',
        `shown=on%3A${exampleIds.subscriptionGroup}`,
      ),
      maxMiB: 1 / 32,
    },
    answers: {
      200: {
        description:
          'What has changed: a page that says so, or JSON for those who accept it rather than html.',
        content: {
          ...jsonOf(
            saved,
            example('One group was left', {
              changed: [{ groupId: exampleIds.subscriptionGroup, subscribed: false }],
            }),
          ),
          ...page,
        },
      },
      404: answers(true)[404] ?? broken,
    },
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...ofAsking,
    method: 'get',
    path: '/u/{token}/confirm',
    operationId: 'showConfirmation',
    summary: 'Show what is to be confirmed',
    description:
      'What `{{@confirmUrl}}` leads to: a page with a button. It changes nothing. A link works for 7 days.',
    answers: answers(false),
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...ofAsking,
    method: 'post',
    path: '/u/{token}/confirm',
    operationId: 'confirmSubscription',
    summary: 'Confirm a subscription',
    description:
      'Subscribes whoever is pending, for mail to the address that was asked and to no other. May be repeated. 404 once the link is too old, or when they were unsubscribed meanwhile.',
    body: {
      content: text('application/x-www-form-urlencoded', 'As the page posts it', ''),
      maxMiB: null,
      isOptional: true,
    },
    answers: answers(true),
    errors: ['internal_error', 'unavailable'],
  },
];

import { z } from 'zod';
import { answerObject, type Component } from '../component.ts';
import { errorContent } from '../error-answers.ts';
import { exampleIds } from '../example-ids.ts';
import type { Content, ParameterObject } from '../model.ts';
import { type Answer, example, jsonOf, type Operation, text } from '../operation.ts';

const standing = answerObject('LinkStanding', z.object({ subscribed: z.boolean() }), {
  about: 'How things stand with the recipient that a link belongs to.',
  fields: { subscribed: 'Whether mail of the group is wanted.' },
});

/** The components of links in messages. */
export const recipientComponents: readonly Component[] = [standing];

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
const body = { content: oneClick, maxMiB: null, isOptional: true };

/** What the links in a message lead to. */
export const recipientOperations: readonly Operation[] = [
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
];

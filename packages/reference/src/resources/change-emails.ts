import { rescheduleSchema } from '@postroom/contracts';
import { type Component, requestObject } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { sendIdParameter } from '../parameters.ts';
import { eitherForm } from './read-emails.ts';

const when =
  'When to send instead, with its offset: at most 30 days ahead. A moment that has passed means at once.';

const reschedule = requestObject('Reschedule', rescheduleSchema, {
  about: 'Moves a scheduled send. One of the two spellings is required, not both.',
  fields: { scheduledAt: when, scheduled_at: when },
});

/** The components of changes of emails. */
export const changeComponents: readonly Component[] = [reschedule];

/** What can be changed of an email. */
export const changeEmails: readonly Operation[] = [
  {
    method: 'patch',
    path: '/api/v1/emails/{id}',
    operationId: 'rescheduleEmail',
    tag: 'Emails',
    scope: 'emails:write',
    summary: 'Move a scheduled email',
    parameters: [sendIdParameter],
    body: {
      content: jsonOf(reschedule, example('Another moment', { scheduledAt: exampleTimes.due })),
      maxMiB: 1,
    },
    answers: { 200: { description: 'The email as it stands now.', content: eitherForm } },
    errors: ['state_conflict'],
  },
  {
    method: 'post',
    path: '/api/v1/emails/{id}/cancel',
    operationId: 'cancelEmail',
    tag: 'Emails',
    scope: 'emails:write',
    summary: 'Cancel an email',
    description:
      'From `Scheduled` or `Queued`; 409 once it is `Processing`. Canceling what is canceled already changes nothing.',
    parameters: [sendIdParameter],
    answers: { 200: { description: 'The canceled email.', content: eitherForm } },
    errors: ['state_conflict'],
  },
  {
    method: 'post',
    path: '/api/v1/emails/{id}/retry',
    operationId: 'retryEmail',
    tag: 'Emails',
    scope: 'emails:write',
    summary: 'Retry a failed email',
    description:
      'Puts a `Failed` email back into the queue, with the content it was accepted with. Refused while its sender is not ' +
      'verified, and for one that failed because its key belongs to another email.',
    parameters: [sendIdParameter],
    answers: { 200: { description: 'The email, `Queued` again.', content: eitherForm } },
    errors: ['state_conflict'],
  },
];

import { type BatchResource, batchSchema, canceledBatchSchema } from '@postroom/contracts';
import { answerObject, type Component } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter } from '../parameters.ts';

const notes = {
  id: 'The `batchId` of the answer that the batch was accepted with.',
  dialect: 'The dialect that the batch came in.',
  total: 'How many items or emails the request had.',
  accepted: 'How many made a row.',
  rejected: 'How many did not.',
  counts:
    'Its sends by status, each status there is. Those that were removed because of their age are not among them.',
  engagement:
    'How many of its sends were opened, or had a link followed, by a person, and how many by machines alone.',
  createdAt: 'When it was accepted.',
};

const batch = answerObject('Batch', batchSchema, { about: 'A batch and how far it is.', fields: notes });

const canceledBatch = answerObject('CanceledBatch', canceledBatchSchema, {
  about: 'What the cancellation of a batch came to.',
  fields: { ...notes, canceled: 'Sends that were canceled by this request.' },
});

/** The components of batches. */
export const batchComponents: readonly Component[] = [batch, canceledBatch];

const exampleBatch: BatchResource = {
  id: exampleIds.batch,
  dialect: 'items',
  total: 100,
  accepted: 99,
  rejected: 1,
  counts: { Scheduled: 0, Queued: 12, Processing: 7, Sent: 78, Failed: 1, Skipped: 1, Canceled: 0 },
  engagement: { opened: { people: 31, machines: 12 }, clicked: { people: 9, machines: 2 } },
  createdAt: exampleTimes.created,
};

const batchId = idParameter('batch', exampleIds.batch);

/** What can be done with a batch. */
export const batchOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/batches/{id}',
    operationId: 'getBatch',
    tag: 'Batches',
    scope: 'emails:read',
    summary: 'Read a batch',
    parameters: [batchId],
    answers: {
      200: {
        description: 'The batch as it stands.',
        content: jsonOf(batch, example('A batch under way', exampleBatch)),
      },
    },
    errors: [],
  },
  {
    method: 'post',
    path: '/api/v1/batches/{id}/cancel',
    operationId: 'cancelBatch',
    tag: 'Batches',
    scope: 'emails:write',
    summary: 'Cancel a batch',
    description:
      'Cancels every send of the batch that is `Scheduled` or `Queued`. What is `Processing` or done stays as it is. May be repeated.',
    parameters: [batchId],
    answers: {
      200: {
        description: 'The batch as it stands now.',
        content: jsonOf(
          canceledBatch,
          example('Twelve were canceled', {
            ...exampleBatch,
            counts: { ...exampleBatch.counts, Queued: 0, Canceled: 12 },
            canceled: 12,
          }),
        ),
      },
    },
    errors: [],
  },
];

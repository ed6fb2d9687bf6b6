import { json, type Operation } from '../operation.ts';
import { idempotencyKeyParameter } from '../parameters.ts';
import { acceptedEmail, email } from './emails-components.ts';
import { exampleEmail, exampleItem, exampleRecord, exampleSend } from './emails-examples.ts';
import { emailSend, singleItem } from './items-components.ts';

/** `POST /emails`. */
export const sendEmail: Operation = {
  method: 'post',
  path: '/api/v1/emails',
  operationId: 'sendEmail',
  tag: 'Emails',
  scope: 'emails:write',
  summary: 'Send one email',
  description: [
    'Takes one send in either dialect. One with `html`, `text` or another field of the emails dialect alone, or with a list ' +
      'in `to`, is an email; one with `templateId` or another field of the items dialect alone is an item.',
    'What would reject an item of a batch is answered as an error: 422 `unprocessable` with the code in `details.reason`, ' +
      'but for `validation_failed` and `idempotency_key_reuse`.',
  ].join('\n\n'),
  parameters: [
    idempotencyKeyParameter({
      required: false,
      description:
        'A key of your own for this send. Required in the items dialect. The same key with the same body gives the same send; with another body 409.',
      example: 'order-1001',
    }),
  ],
  body: {
    content: json([singleItem, email], {
      item: { summary: 'Items dialect', value: exampleItem },
      email: { summary: 'Emails dialect', value: exampleEmail },
    }),
    maxMiB: 25,
  },
  answers: {
    200: {
      description: 'The send, in the dialect of the request.',
      content: json([emailSend, acceptedEmail], {
        item: { summary: 'Items dialect', value: exampleSend },
        email: { summary: 'Emails dialect', value: { email: exampleRecord } },
      }),
    },
  },
  errors: ['idempotency_conflict', 'idempotency_key_reuse', 'unprocessable'],
};

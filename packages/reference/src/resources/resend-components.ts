import {
  maxResendBatch,
  resendBatchSchema,
  resendChangedSchema,
  resendEmailSchema,
  resendErrorSchema,
  resendListedSchema,
  resendListSchema,
  resendSentSchema,
  resendShownSchema,
  resendTagSchema,
  resendUpdateSchema,
} from '@postroom/contracts';
import * as z from 'zod';
import { answerObject, type Component, type Note, requestObject, requestValue } from '../component.ts';
import type { JsonSchema } from '../model.ts';

const address: JsonSchema = { $ref: '#/components/schemas/Address' };
const byte: JsonSchema = { type: 'integer', minimum: 0, maximum: 255 };
const oneOrMore = (description: string): Note => ({
  description,
  anyOf: [address, { type: 'array', items: address, maxItems: 50 }],
});

const resendTag = requestObject('ResendTag', resendTagSchema, {
  about: 'A tag: ASCII letters, digits, underscores and dashes.',
  fields: { name: 'Its name.', value: 'Its value.' },
});

export const resendEmail = requestObject('ResendEmail', resendEmailSchema, {
  about:
    'One email as Resend takes it, read by the rules of our own emails, or of items where it names a template. Unknown fields ' +
    'are refused by name.',
  fields: {
    from: { description: 'The sender: on a verified domain, or of a verified sender profile.', ...address },
    to: oneOrMore('The recipients, at most 50 with those of `cc` and `bcc`.'),
    subject: { description: 'One line. Required unless there is a template.', type: 'string' },
    html: { description: 'The html part.', type: 'string' },
    text: { description: 'The text part. None is made of the html.', type: 'string' },
    cc: oneOrMore('Recipients of a copy.'),
    bcc: oneOrMore('Recipients of a blind copy. They are in no answer.'),
    reply_to: oneOrMore('Where answers go: one address.'),
    headers: {
      description: 'Custom headers; those that go out anew are left out.',
      $ref: '#/components/schemas/CustomHeaders',
    },
    scheduled_at: {
      description: 'When to send, ISO 8601 with its offset, at most 30 days ahead. No natural language.',
      type: 'string',
      format: 'date-time',
    },
    tags: 'Kept as tags `name:value`: at most 20, each name and each value of at most 256 characters.',
    attachments: {
      description: 'Files, in base64 or as lists of bytes. `path` is refused: nothing is fetched.',
      type: ['array', 'null'],
      items: {
        type: 'object',
        required: ['filename', 'content'],
        properties: {
          filename: { type: 'string' },
          content: { anyOf: [{ type: 'string' }, { type: 'array', items: byte }] },
          content_type: { type: 'string' },
          content_id: { type: 'string' },
          inline_content_id: { type: 'string' },
        },
      },
    },
    topic_id: 'A subscription group: who left it gets nothing, and the mail has its unsubscribe link.',
    template: 'A template of this workspace by its id, and what it is rendered with.',
  },
});

export const resendEmails = requestValue(
  'ResendEmails',
  z.array(z.unknown()).min(1).max(maxResendBatch).describe('Emails'),
  { about: 'Emails in one request.', type: 'array', items: { $ref: '#/components/schemas/ResendEmail' } },
);

export const resendUpdate = requestObject('ResendUpdate', resendUpdateSchema, {
  about: 'Moves a scheduled email.',
  fields: { scheduled_at: 'When to send instead, with its offset: at most 30 days ahead.' },
});

const listedNotes = {
  id: 'The UUID of the send: the same as under `/api/v1`.',
  message_id: 'The id that the message goes out with.',
  to: 'The recipients.',
  from: 'The sender.',
  created_at: 'When it was accepted.',
  subject: 'The subject.',
  bcc: 'Never shown.',
  cc: 'Recipients of a copy; null: none.',
  reply_to: 'Where answers go; null: to the sender.',
  last_event: 'What last became of it, as far as its status and its delivery say.',
  scheduled_at: 'When it is due; null: it was not scheduled.',
  topic_id: 'Its subscription group; null: none.',
};

export const resendSent = answerObject('ResendSent', resendSentSchema, {
  about: 'An email that was accepted.',
  fields: { id: 'The UUID of the send.' },
});
export const resendBatch = answerObject('ResendBatch', resendBatchSchema, {
  about: 'Emails that were accepted, in the order of the request.',
  fields: {
    data: 'The accepted ones.',
    errors: 'What is wrong with the others; only where `x-batch-validation` is `permissive`.',
  },
});
export const resendChanged = answerObject('ResendChanged', resendChangedSchema, {
  about: 'An email that was changed.',
  fields: { object: 'Always `email`.', id: 'The UUID of the send.' },
});
const resendListed = answerObject('ResendListed', resendListedSchema, {
  about: 'An email of a list.',
  fields: listedNotes,
});
export const resendShown = answerObject('ResendShown', resendShownSchema, {
  about: 'One email.',
  fields: {
    object: 'Always `email`.',
    ...listedNotes,
    html: 'The html part; null where there is none, it is made of a template, or both parts are more than 4 MiB of JSON.',
    text: 'The text part; null where there is none, it is made of a template, or both parts are more than 4 MiB of JSON.',
    tags: 'Its tags. One that is no pair has an empty `value`.',
  },
});
export const resendList = answerObject('ResendList', resendListSchema(resendListedSchema), {
  about: 'A page of emails, newest first.',
  fields: { object: 'Always `list`.', has_more: 'Whether older ones follow.', data: 'The emails.' },
});

/** Every error of the routes for clients of Resend. */
export const resendErrorComponent = answerObject('ResendError', resendErrorSchema, {
  about: 'An error as Resend words it.',
  fields: {
    statusCode: 'The status.',
    name: 'What is wrong, for programs.',
    message: 'What is wrong and what to do.',
  },
});

/** The components of the routes for clients of Resend. */
export const resendComponents: readonly Component[] = [
  resendTag,
  resendEmail,
  resendEmails,
  resendUpdate,
  resendSent,
  resendBatch,
  resendChanged,
  resendListed,
  resendShown,
  resendList,
  resendErrorComponent,
];

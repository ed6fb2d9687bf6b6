import {
  emailDetailSchema,
  emailListSchema,
  emailRecordSchema,
  emailRequestSchema,
  emailResponseSchema,
  emailsBatchRequestSchema,
  emailsBatchResponseSchema,
  emailsDryRunResponseSchema,
} from '@postroom/contracts';
import * as z from 'zod';
import { answerObject, type Component, requestObject } from '../component.ts';

/** One email of the emails dialect. */
export const email = requestObject('Email', emailRequestSchema, {
  about:
    'One email with final content: nothing in it is a template. `html` or `text` is required. `null` is the same as ' +
    'leaving a field out; unknown fields are refused by name.',
  fields: {
    from: 'The sender: on a verified domain, or of a verified sender profile.',
    to: 'The recipients. The first is the primary one, which answers show. At most 50 in `to`, `cc` and `bcc` together.',
    subject:
      'One line, mailed and shown without spaces around it, and with one space for each run of controls.',
    html: 'The html part.',
    text: 'The text part.',
    cc: 'Recipients of a copy. One that was named before counts once.',
    bcc: 'Recipients of a blind copy. They are in no answer, log or webhook.',
    reply_to: 'Where answers go.',
    type: {
      description:
        '`marketing` goes out with unsubscribe headers, after all transactional mail, and honours the marketing group of the workspace.',
      default: 'transactional',
    },
    scheduled_at:
      'When to send, with its offset: at most 30 days ahead. A moment that has passed means at once.',
    idempotency_key:
      'A key of your own for this email. Absent: the one that follows from the `Idempotency-Key` header.',
  },
});

/** A batch request of the emails dialect. */
export const emailsBatchRequest = requestObject('EmailsBatchRequest', emailsBatchRequestSchema, {
  about: 'A batch of the emails dialect. One malformed email refuses the request.',
  fields: { emails: 'The emails.' },
});

const recordNotes = {
  id: '`em_` and the UUID of the send in base32 (a TypeID). The UUID names the same email.',
  status:
    '`queued`: Scheduled, Queued or Processing. `sent`: SES took it. `failed`: Failed, Skipped or Canceled.',
  from: 'The sender, with its name.',
  to: 'The primary recipient.',
  subject: 'The subject.',
  created_at: 'When it was accepted.',
  error: 'Why it failed; on failed ones alone.',
};

const emailRecord = answerObject('EmailRecord', emailRecordSchema, {
  about: 'An email as it was accepted.',
  fields: recordNotes,
});

const emailDetail = answerObject('EmailDetail', emailDetailSchema, {
  about: 'An email with all that is known of it. `bcc` is stored and sent, and never shown.',
  fields: {
    ...recordNotes,
    send_status:
      'The same in full, as `status` narrows lists by it: which of those that wait, or of those that were not sent.',
    cc: 'Recipients of a copy.',
    reply_to: 'Where answers go.',
    type: '`marketing`: belongs to a subscription group; sent by a test key also where there is none yet.',
    scheduled_at: 'When it is due, if it was scheduled.',
    template_id: 'The template that it was made from; null for inline content.',
    batch_id: 'The batch that it came with.',
    provider_message_id: "SES's id of the message, once it is sent.",
    content_removed_at: 'Since when its data, headers, attachments and body are gone because of their age.',
    updated_at: 'When it last changed; of one that failed, when it did.',
  },
});

/** What `POST /emails` answers in the emails dialect. */
export const acceptedEmail = answerObject('AcceptedEmail', z.object({ email: emailRecordSchema }), {
  about: 'One email that was accepted.',
  fields: { email: 'The email as it was accepted; `failed` if its sender is not verified.' },
});

/** One email as the emails dialect answers it alone. */
export const emailResponse = answerObject('EmailResponse', emailResponseSchema, {
  about: 'One email.',
  fields: { email: 'The email.' },
});

/** The answer to a batch of the emails dialect. */
export const emailsBatchResponse = answerObject('EmailsBatchResponse', emailsBatchResponseSchema, {
  about: 'What became of each email.',
  fields: {
    emails: 'One for each email, in the order of the request.',
    count: 'How many were submitted.',
    batchId: 'The batch that the emails belong to; null when they came from several.',
  },
});

const dryEmail = answerObject('DryRunEmail', emailsDryRunResponseSchema.shape.emails.element, {
  about: 'What would become of one email.',
  fields: {
    ...recordNotes,
    rendered:
      'The message; null when it would fail, or when its key is known and the existing email would be answered.',
  },
});

/** The answer to a dry run of the emails dialect. */
export const emailsDryRunResponse = answerObject('EmailsDryRunResponse', emailsDryRunResponseSchema, {
  about: 'What would become of each email. Nothing was written.',
  fields: {
    dryRun: 'Always true: tells this answer from that of the real thing.',
    emails: 'One for each email, in the order of the request.',
    count: 'How many were submitted.',
  },
});

/** A page of emails. */
export const emailList = answerObject('EmailList', emailListSchema, {
  about: 'A page of emails, newest first.',
  fields: {
    emails: 'The emails, whichever dialect they came in.',
    count: 'All that the filters let through, whatever the page.',
    count_is_estimate:
      'True beyond 10,000, and where too many would have to be looked at: then `count` is what the statistics of the database say.',
    next_cursor:
      'What `cursor` takes up the list with; null on the last page. A page of filters that hardly ever meet may be shorter than `limit`.',
  },
});

/** The components of the emails dialect. */
export const emailsComponents: readonly Component[] = [
  email,
  emailsBatchRequest,
  emailRecord,
  emailDetail,
  acceptedEmail,
  emailResponse,
  emailsBatchResponse,
  dryEmail,
  emailsDryRunResponse,
  emailList,
];

import { emailHistorySchema, engagementSchema, sendsQuerySchema } from '@postroom/contracts';
import { answerObject, type Component } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import { example, json, jsonOf, type Operation } from '../operation.ts';
import { queryParameters, sendIdParameter } from '../parameters.ts';
import { emailList, emailResponse } from './emails-components.ts';
import { exampleDetail, sentSend } from './emails-examples.ts';
import { emailSend } from './items-components.ts';

const historyEvent = answerObject('HistoryEvent', emailHistorySchema.shape.events.element, {
  about: 'One thing that happened to a send.',
  fields: {
    type: 'What happened.',
    at: 'When.',
    attempt: 'Which attempt it was, from 1.',
    outcome:
      'Of an attempt: `sent`, `in_doubt`, `retry`, `failed`, `skipped` or `returned`; absent while it is under way.',
    error: 'What the provider said, without addresses.',
    message: 'Why the send ended as it did.',
    machine: 'Of `opened` and `clicked`: a machine did it, not a person.',
    reason:
      'What tells that it was one: `head` (a HEAD request), `prefetch` (a browser ahead of its user), `agent` (it says so, or says nothing), `proxy` (of images, for webmail), `instant` (too soon after the mail went out), `burst` (many links at once). Null: a person, as far as is known.',
    url: 'Of `clicked`: where the link leads.',
    bounceType: 'Of a bounce: `Permanent`, `Transient` or `Undetermined`, as SES has it.',
    bounceSubType: 'Of a bounce: what SES calls it more closely, such as `NoEmail` or `MailboxFull`.',
    diagnostic: 'Of a bounce: the words of the other server, without addresses.',
    provider: 'Of a bounce: whether SES refused to send it by itself, so that nothing left the house.',
    detail:
      'What else is known, such as the user agent of a click. Of `bounced`: `bounceType`, `bounceSubType` and `diagnostic`, the words of the other server; `provider` is true where SES itself refused and nothing was sent. `recipients` tells of each by its place in the send (`to`, `to[1]`, `cc[0]`; `other` for anybody else, and for whoever was erased before it came), never by the address. Of `webhook`: which `event`, and how far its delivery is.',
  },
});

const errorOfProvider = answerObject(
  'ProviderError',
  emailHistorySchema.shape.events.element.shape.error.unwrap(),
  {
    about: 'What the provider said.',
    fields: { code: 'Its code.', message: 'Its words, without addresses.' },
  },
);

const emailHistory = answerObject('EmailHistory', emailHistorySchema, {
  about: 'The history of a send.',
  fields: { events: 'Oldest first.', engagement: 'How many opens and clicks are among them.' },
});

/** Opens and clicks, as histories and batches count them. */
const engagement = answerObject('Engagement', engagementSchema, {
  about: 'Opens and clicks, of people and of machines.',
  fields: { opened: 'That the image was fetched.', clicked: 'That a link was followed.' },
});

const engaged = answerObject('Engaged', engagementSchema.shape.opened, {
  about: 'How many.',
  fields: { people: 'By people, as far as is known.', machines: 'By machines: scanners, proxies, previews.' },
});

/** The components of histories. */
export const historyComponents: readonly Component[] = [
  historyEvent,
  errorOfProvider,
  emailHistory,
  engagement,
  engaged,
];

/** An answer that follows the form of the id. */
export const eitherForm = json([emailSend, emailResponse], {
  uuid: { summary: 'By UUID', value: sentSend },
  typeId: { summary: 'By `em_...`', value: { email: exampleDetail } },
});

/** What each condition of a filter means. */
export const filterNotes = {
  status:
    'Either a status of the items dialect (`Queued`), or one of the emails dialect (`queued`), which covers several.',
  to: { description: 'The primary recipient, without regard to letter case.', format: 'idn-email' },
  id: 'The email itself, by either form of its id.',
  provider_message_id: 'The id that SES knows it by.',
  delivery: 'What became of it at the receiving server: `delivered`, `delayed`, `bounced` or `complained`.',
  tag: 'One of its tags. One with a name and a value, as clients of Resend and Postmark have them, is `name:value`.',
  tag_name: 'The name of such a tag, whatever its value.',
  sender_profile_id: 'The sender profile that it was accepted with.',
  template_id: 'The template that it was made from.',
  batch_id: 'The batch that it came with.',
  failure_cause:
    'Why it failed: its `failureMessage` with `<address>`, `<id>`, `<number>` and `<time>` in the places of what differs from one failure to the next.',
  failed_after: 'Failed at this moment, which has an offset, or later.',
  created_after: 'Accepted at this moment, which has an offset, or later.',
  created_before: 'Accepted before this moment, which has an offset.',
};

/** What is read of emails. */
export const readEmails: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/emails',
    operationId: 'listEmails',
    tag: 'Emails',
    scope: 'emails:read',
    summary: 'List emails',
    description:
      'Newest first, whichever dialect they came in. Filters add up: an email passes all of them. Walk on with `cursor`: it ' +
      'misses none and repeats none while new emails come in. A page ends early after some 4 MiB; whoever walks with `offset` ' +
      'adds how many came.',
    parameters: queryParameters(sendsQuerySchema, {
      limit: 'How many emails the page may have.',
      offset: 'How many to pass over. Not beside `cursor`.',
      cursor: 'The `next_cursor` of the page before. Absent: the first page.',
      ...filterNotes,
    }),
    answers: {
      200: {
        description: 'A page of emails.',
        content: jsonOf(
          emailList,
          example('A page', {
            emails: [exampleDetail],
            count: 1,
            count_is_estimate: false,
            next_cursor: null,
          }),
        ),
      },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/api/v1/emails/{id}',
    operationId: 'getEmail',
    tag: 'Emails',
    scope: 'emails:read',
    summary: 'Read one email',
    description: 'Both forms of the id name the same email; the answer follows the form.',
    parameters: [sendIdParameter],
    answers: { 200: { description: 'The email as it stands.', content: eitherForm } },
    errors: [],
  },
  {
    method: 'get',
    path: '/api/v1/emails/{id}/events',
    operationId: 'listEmailEvents',
    tag: 'Emails',
    scope: 'emails:read',
    summary: "Read an email's history",
    description:
      'At most 1,000 attempts, and 1,000 events of SES or some 4 MiB of them: opens and clicks are left out first, then the latest.',
    parameters: [sendIdParameter],
    answers: {
      200: {
        description: 'What happened to it, oldest first.',
        content: jsonOf(
          emailHistory,
          example('Sent at the second attempt', {
            events: [
              { type: 'accepted', at: exampleTimes.created },
              {
                type: 'attempt',
                at: '2026-11-22T03:58:32.604Z',
                attempt: 1,
                outcome: 'retry',
                error: { code: 'TooManyRequestsException', message: 'Maximum sending rate exceeded.' },
              },
              { type: 'attempt', at: '2026-11-22T03:58:34.211Z', attempt: 2, outcome: 'sent' },
              { type: 'sent', at: exampleTimes.updated },
              {
                type: 'clicked',
                at: '2026-11-22T04:03:11.480Z',
                machine: false,
                reason: null,
                url: 'https://example.com/orders/1001',
                detail: {
                  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
                  linkNumber: 0,
                },
              },
            ],
            engagement: { opened: { people: 0, machines: 0 }, clicked: { people: 1, machines: 0 } },
          }),
        ),
      },
    },
    errors: [],
  },
];

import {
  addressListSchema,
  addressSchema,
  attachmentSchema,
  dataSchema,
  emailSchema,
  headersSchema,
  mailboxSchema,
  trackingSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject, requestValue } from '../component.ts';

/** Values that the fields of many requests and answers have. */
export const sharedValues: readonly Component[] = [
  requestValue('Address', addressSchema, {
    about:
      'One address, `a@b.co` or `Name <a@b.co>`. A name with punctuation stands in double quotes. The part before the @ ' +
      'is ASCII; the domain may be international and is stored in punycode.',
    examples: ['ada@example.com', 'Ada Lovelace <ada@example.com>', '"Lovelace, Ada" <ada@example.com>'],
  }),
  requestValue('AddressList', addressListSchema, {
    about:
      'One address, a comma-separated list that respects quotes, or an array of addresses. Repeated ones count once.',
    examples: ['ada@example.com, Grace <grace@example.com>', ['ada@example.com', 'grace@example.com']],
  }),
  requestValue('EmailAddress', emailSchema, {
    about:
      'A bare address. The part before the @ is ASCII and at most 64 characters; the domain may be international and is ' +
      'stored in lower case and punycode.',
    format: 'idn-email',
    examples: ['ada@example.com'],
  }),
  requestValue('TemplateData', dataSchema, {
    about:
      'A JSON object: at most 256 KiB as JSON text and 32 levels deep, without U+0000, halves of surrogate pairs or a key ' +
      '`__proto__`.',
    type: 'object',
    additionalProperties: true,
    examples: [{ name: 'Ada', order: '1001' }],
  }),
  requestValue('CustomHeaders', headersSchema, {
    about:
      'Headers of the message by name. Each is one line, and name and value together have at most 996 characters as they ' +
      'go out. Headers that the pipeline writes are refused: `From`, `To`, `Cc`, `Bcc`, `Subject`, `Date`, `Reply-To`, ' +
      '`Sender`, `Return-Path`, `Received`, `Message-ID`, `MIME-Version`, `DKIM-Signature`, `Feedback-ID`, ' +
      'and all that begin with `Content-`, `Resent-`, `ARC-`, `X-SES-` or `X-Postroom-`. `List-Unsubscribe` (RFC 2369) and, ' +
      'beside an https: address in it, `List-Unsubscribe-Post` (RFC 8058) may be your own on a send without a ' +
      'subscription group that is no marketing; on any other they are its link, and refused.',
    type: 'object',
    maxProperties: 30,
    propertyNames: { type: 'string', pattern: '^[!-9;-~]{1,126}$' },
    additionalProperties: { type: 'string', minLength: 1, maxLength: 995 },
    examples: [{ 'X-Order': '1001' }],
  }),
  requestObject('Attachment', attachmentSchema, {
    about: 'A file that goes with a message. All of one send together are at most 7 MiB, decoded.',
    fields: {
      filename:
        'A plain file name, without any of `/ \\ : * ? " < > |` and without characters that are not seen. Endings that SES ' +
        'refuses as dangerous, such as `.exe`, are refused, however they are spelt.',
      content: {
        description:
          'The file in base64 (RFC 4648 section 4), padded, without line breaks. Empty: an empty file.',
        contentEncoding: 'base64',
      },
      content_type:
        'Its media type with its parameters (RFC 2045), such as `text/calendar; charset=utf-8; method=REQUEST`: at most 78 ' +
        'characters. Absent: that of the ending of `filename`, else `application/octet-stream`. `multipart/*` is refused. ' +
        '`message/rfc822` takes 7-bit text in lines of at most 998 characters, which goes out as it is but for CRLF at the ' +
        'ends of its lines; other `message/*` are refused.',
      content_id:
        'Makes it an inline part, which the html shows as `cid:<content_id>`. Unique within the send.',
    },
  }),
  requestObject('Tracking', trackingSchema, {
    about:
      'What is recorded of the recipient. What is absent follows the sender profile, which records nothing unless told.',
    fields: {
      clicks: 'Links in the html lead through this server, which records that they were followed.',
      opens: 'The html gets an image, and it is recorded that it was shown.',
      text: 'With `clicks`: addresses in the text part lead through this server as well.',
    },
  }),
  answerObject('Mailbox', mailboxSchema, {
    about: 'An address.',
    fields: { email: 'The bare address, its domain in punycode.', name: 'The name that is shown with it.' },
  }),
];

import type { Attachment, SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { Mailbox, MessageHeader, OutgoingAttachment, OutgoingMessage } from '@postroom/core';
import { encodeWords, flattenHeaderText, isPrintableAscii } from './header-text.ts';
import { formatMailbox } from './mailbox.ts';

/** The tag and the header by which the events of SES are led back to a send and its attempt. */
export const SEND_ID_TAG = 'postroom-send-id';
/** See `SEND_ID_TAG`. */
export const ATTEMPT_TAG = 'postroom-attempt';
/** See `SEND_ID_TAG`. */
export const SEND_ID_HEADER = 'X-Postroom-Send-Id';

/** The request of one message, or why SES cannot be given it. */
export type SendEmailInput =
  | { readonly kind: 'ready'; readonly input: SendEmailCommandInput }
  | { readonly kind: 'refused'; readonly reason: string };

/** SES API v2, `MessageTag`. */
const TAG_VALUE = /^[A-Za-z0-9_-]{1,256}$/;
/** SES API v2, `MessageHeader`: printable ASCII but the colon, at most 126 characters. */
const HEADER_NAME = /^[!-9;-~]{1,126}$/;
/** SES API v2, `MessageHeader`: the combined length of name and value. */
const MAX_HEADER_LENGTH = 996;
const CHARSET = 'UTF-8';

class RefusedMessage extends Error {}

/** Builds the `SendEmail` request (SES API v2, `Content.Simple`) of one message. */
export function toSendEmailInput(message: OutgoingMessage): SendEmailInput {
  try {
    return { kind: 'ready', input: build(message) };
  } catch (error) {
    if (error instanceof RefusedMessage) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

function build(message: OutgoingMessage): SendEmailCommandInput {
  if (!TAG_VALUE.test(message.sendId)) throw new RefusedMessage('The id of the send cannot be a tag.');
  const { replyTo, html, text, configurationSet, attachments } = message;
  return {
    FromEmailAddress: format(message.from),
    Destination: {
      ToAddresses: message.to.map(format),
      CcAddresses: message.cc.map(format),
      BccAddresses: message.bcc.map(format),
    },
    ...(replyTo === null ? {} : { ReplyToAddresses: [format(replyTo)] }),
    ...(configurationSet === null ? {} : { ConfigurationSetName: configurationSet }),
    EmailTags: [
      { Name: SEND_ID_TAG, Value: message.sendId },
      { Name: ATTEMPT_TAG, Value: String(message.attempt) },
    ],
    Content: {
      Simple: {
        Subject: { Data: flattenHeaderText(message.subject), Charset: CHARSET },
        Body: {
          ...(html === null ? {} : { Html: { Data: html, Charset: CHARSET } }),
          ...(text === null ? {} : { Text: { Data: text, Charset: CHARSET } }),
        },
        Headers: [...toHeaders(message.headers), { Name: SEND_ID_HEADER, Value: message.sendId }],
        ...(attachments.length === 0 ? {} : { Attachments: attachments.map(toAttachment) }),
      },
    },
  };
}

function format(mailbox: Mailbox): string {
  const formatted = formatMailbox(mailbox);
  if (formatted.kind === 'refused') throw new RefusedMessage(formatted.reason);
  return formatted.value;
}

function toHeaders(headers: readonly MessageHeader[]): { Name: string; Value: string }[] {
  return headers
    .filter(({ name }) => name.toLowerCase() !== SEND_ID_HEADER.toLowerCase())
    .map(({ name, value }) => {
      if (!HEADER_NAME.test(name)) throw new RefusedMessage('The name of a header is not valid.');
      const flat = flattenHeaderText(value);
      const encoded = isPrintableAscii(flat) ? flat : encodeWords(flat);
      if (name.length + encoded.length > MAX_HEADER_LENGTH) {
        throw new RefusedMessage(`The header ${name} is longer than ${MAX_HEADER_LENGTH} characters.`);
      }
      return { Name: name, Value: encoded };
    });
}

/** SES API v2, `Attachment`: an inline one is found by the html through its `ContentId`. */
function toAttachment(attachment: OutgoingAttachment): Attachment {
  const { content, contentId } = attachment;
  return {
    RawContent: content,
    FileName: flattenHeaderText(attachment.filename),
    ContentType: flattenHeaderText(attachment.contentType),
    ContentTransferEncoding: 'BASE64',
    ContentDisposition: contentId === null ? 'ATTACHMENT' : 'INLINE',
    ...(contentId === null ? {} : { ContentId: flattenHeaderText(contentId).replace(/[<>]/g, '') }),
  };
}

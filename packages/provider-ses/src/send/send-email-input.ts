import type { Attachment, EmailContent, Message, SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { asOneLine, isMessageType } from '@postroom/contracts';
import type { OutgoingAttachment, OutgoingMessage } from '@postroom/core';
import { toMimeContent } from './mime-content.ts';
import { toRawContent } from './raw-content.ts';
import { RefusedMessage } from './refused-message.ts';
import { type WrittenMessage, writeMessage } from './written-message.ts';

/** The tag and the header by which the events of SES are led back to a send and its attempt. */
export const sendIdTag = 'postroom-send-id';
/** See `sendIdTag`. */
export const attemptTag = 'postroom-attempt';

/** A `SendEmail` request as it is made here: its content is simple or raw. */
export type SendEmailRequest = SendEmailCommandInput & {
  readonly Content: Pick<EmailContent, 'Raw' | 'Simple'> & { readonly Template?: never };
};

/** The request of one message, or why SES cannot be given it. */
export type SendEmailInput =
  | { readonly kind: 'ready'; readonly input: SendEmailRequest }
  | { readonly kind: 'refused'; readonly reason: string };

/** SES API v2, `MessageTag`. */
const tagValuePattern = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * Builds the `SendEmail` request (SES API v2) of one message: simple, or raw if it says what a simple one cannot.
 * Never rejects; a reason holds no addresses.
 */
export async function toSendEmailInput(message: OutgoingMessage): Promise<SendEmailInput> {
  try {
    return { kind: 'ready', input: await build(message) };
  } catch (error) {
    // Other errors are nodemailer's, which may quote the message.
    const reason = error instanceof RefusedMessage ? error.message : 'The message could not be composed.';
    return { kind: 'refused', reason };
  }
}

/**
 * Whatever the account or the configuration set says, SES changes no link and adds no image: what is to be recorded leads to
 * us, and nothing else is recorded (SES API v2, `TrackingConfigurationOverrides`).
 */
const untracked = {
  Tracking: { OpenTrackingEnabled: 'DISABLED', ClickTrackingEnabled: 'DISABLED' },
} as const;

async function build(message: OutgoingMessage): Promise<SendEmailRequest> {
  if (!tagValuePattern.test(message.sendId)) throw new RefusedMessage('The id of the send cannot be a tag.');
  if (message.html === null && message.text === null) {
    throw new RefusedMessage('The message has neither html nor text.');
  }
  const written = writeMessage(message);
  const isSimple = fitsSimpleContent(message, written);
  // In the order of the SDK's schema, so that the body is byte for byte what it would send.
  return {
    Content: isSimple
      ? { Simple: toSimpleContent(message, written) }
      : { Raw: { Data: await rawOf(message, written) } },
    FromEmailAddress: written.from,
    // Named also beside a raw message: nobody may become a recipient by what a header says.
    Destination: {
      ToAddresses: [...written.to],
      CcAddresses: [...written.cc],
      BccAddresses: [...written.bcc],
    },
    ...(isSimple && written.replyTo !== null ? { ReplyToAddresses: [written.replyTo] } : {}),
    EmailTags: [
      { Name: sendIdTag, Value: message.sendId },
      { Name: attemptTag, Value: String(message.attempt) },
    ],
    ...(message.configurationSet === null ? {} : { ConfigurationSetName: message.configurationSet }),
    ConfigurationOverrides: untracked,
  };
}

async function rawOf(message: OutgoingMessage, written: WrittenMessage): Promise<Uint8Array> {
  const { mime } = message;
  return mime === undefined ? toRawContent(message, written) : toMimeContent(message, mime, written);
}

/** SES API v2, `Message`: a simple message takes no more headers than these. */
const maxSimpleHeaders = 15;
const charset = 'UTF-8';

/**
 * Files that SES's own composing is not said to take: parts that the html shows in place, messages (which must not be
 * encoded), empty ones, and names without the ending that SES asks for (SES developer guide, "attachments").
 */
const needsRaw = ({ contentId, contentType, content, filename }: OutgoingAttachment): boolean =>
  contentId !== null || isMessageType(contentType) || content.length === 0 || !filename.includes('.');

/** Whether SES can put the message together itself: few headers, and only files that it takes as they are. */
function fitsSimpleContent(message: OutgoingMessage, written: WrittenMessage): boolean {
  if (message.mime !== undefined) return false;
  return written.headers.length <= maxSimpleHeaders && !message.attachments.some(needsRaw);
}

/** The message as SES API v2's `Content.Simple`; to be asked only for one that fits. */
function toSimpleContent(message: OutgoingMessage, written: WrittenMessage): Message {
  const { html, text, attachments } = message;
  return {
    Subject: { Data: asOneLine(message.subject), Charset: charset },
    Body: {
      ...(text === null ? {} : { Text: { Data: text, Charset: charset } }),
      ...(html === null ? {} : { Html: { Data: html, Charset: charset } }),
    },
    Headers: written.headers.map(({ name, value }) => ({ Name: name, Value: value })),
    ...(attachments.length === 0 ? {} : { Attachments: attachments.map(toAttachment) }),
  };
}

function toAttachment({ content, filename, contentType }: OutgoingAttachment): Attachment {
  return {
    RawContent: content,
    FileName: asOneLine(filename),
    ContentDisposition: 'ATTACHMENT',
    ContentTransferEncoding: 'BASE64',
    ContentType: asOneLine(contentType),
  };
}

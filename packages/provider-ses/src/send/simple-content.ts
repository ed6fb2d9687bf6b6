import type { Attachment, Message } from '@aws-sdk/client-sesv2';
import { isMessageType } from '@postroom/contracts';
import type { OutgoingAttachment, OutgoingMessage } from '@postroom/core';
import { flattenHeaderText } from './header-text.ts';
import type { WrittenMessage } from './written-message.ts';

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
export function fitsSimpleContent(message: OutgoingMessage, written: WrittenMessage): boolean {
  return written.headers.length <= maxSimpleHeaders && !message.attachments.some(needsRaw);
}

/** The message as SES API v2's `Content.Simple`; to be asked only for one that fits. */
export function toSimpleContent(message: OutgoingMessage, written: WrittenMessage): Message {
  const { html, text, attachments } = message;
  return {
    Subject: { Data: flattenHeaderText(message.subject), Charset: charset },
    Body: {
      ...(html === null ? {} : { Html: { Data: html, Charset: charset } }),
      ...(text === null ? {} : { Text: { Data: text, Charset: charset } }),
    },
    Headers: written.headers.map(({ name, value }) => ({ Name: name, Value: value })),
    ...(attachments.length === 0 ? {} : { Attachments: attachments.map(toAttachment) }),
  };
}

function toAttachment({ content, filename, contentType }: OutgoingAttachment): Attachment {
  return {
    RawContent: content,
    FileName: flattenHeaderText(filename),
    ContentType: flattenHeaderText(contentType),
    ContentTransferEncoding: 'BASE64',
    ContentDisposition: 'ATTACHMENT',
  };
}

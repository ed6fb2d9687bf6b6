import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { OutgoingMessage } from '@postroom/core';
import { toRawContent } from './raw-content.ts';
import { RefusedMessage } from './refused-message.ts';
import { fitsSimpleContent, toSimpleContent } from './simple-content.ts';
import { type WrittenMessage, writeMessage } from './written-message.ts';

/** The tag and the header by which the events of SES are led back to a send and its attempt. */
export const sendIdTag = 'postroom-send-id';
/** See `sendIdTag`. */
export const attemptTag = 'postroom-attempt';

/** The request of one message, or why SES cannot be given it. */
export type SendEmailInput =
  | { readonly kind: 'ready'; readonly input: SendEmailCommandInput }
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

async function build(message: OutgoingMessage): Promise<SendEmailCommandInput> {
  if (!tagValuePattern.test(message.sendId)) throw new RefusedMessage('The id of the send cannot be a tag.');
  if (message.html === null && message.text === null) {
    throw new RefusedMessage('The message has neither html nor text.');
  }
  const written = writeMessage(message);
  // Named also beside a raw message: nobody may become a recipient by what a header says.
  return {
    FromEmailAddress: written.from,
    Destination: {
      ToAddresses: [...written.to],
      CcAddresses: [...written.cc],
      BccAddresses: [...written.bcc],
    },
    ...(message.configurationSet === null ? {} : { ConfigurationSetName: message.configurationSet }),
    EmailTags: [
      { Name: sendIdTag, Value: message.sendId },
      { Name: attemptTag, Value: String(message.attempt) },
    ],
    ...(await contentOf(message, written)),
  };
}

async function contentOf(
  message: OutgoingMessage,
  written: WrittenMessage,
): Promise<Pick<SendEmailCommandInput, 'Content' | 'ReplyToAddresses'>> {
  if (!fitsSimpleContent(message, written)) {
    return { Content: { Raw: { Data: await toRawContent(message, written) } } };
  }
  return {
    ...(written.replyTo === null ? {} : { ReplyToAddresses: [written.replyTo] }),
    Content: { Simple: toSimpleContent(message, written) },
  };
}

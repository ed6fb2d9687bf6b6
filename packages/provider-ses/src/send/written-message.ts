import type { Mailbox, MessageHeader, OutgoingMessage } from '@postroom/core';
import { encodeWords, flattenHeaderText, isPrintableAscii } from './header-text.ts';
import { formatMailbox } from './mailbox.ts';
import { RefusedMessage } from './refused-message.ts';

/** What both forms of a request say, each text in printable ASCII as it goes over the wire. */
export type WrittenMessage = {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  /** The message's own headers, names as they were given, and the send id after them. */
  readonly headers: readonly MessageHeader[];
};

/** The header that names the send, set by us alone. */
export const sendIdHeader = 'X-Postroom-Send-Id';

/** SES API v2, `MessageHeader`: printable ASCII but the colon, at most 126 characters. */
const headerNamePattern = /^[!-9;-~]{1,126}$/;
/** SES API v2, `MessageHeader`: the combined length of name and value. */
const maxHeaderLength = 996;
/** Written from the other fields of a message or by SES itself, or an order to SES: never a custom header. */
const takenNamePattern =
  /^(?:bcc|cc|date|dkim-signature|from|message-id|mime-version|received|reply-to|return-path|sender|subject|to)$|^(?:content|resent|x-ses)-/i;

/** Writes the addresses and headers of a message; throws `RefusedMessage` when one cannot be written. */
export function writeMessage(message: OutgoingMessage): WrittenMessage {
  const { replyTo, headers, sendId } = message;
  return {
    from: format(message.from),
    to: message.to.map(format),
    cc: message.cc.map(format),
    bcc: message.bcc.map(format),
    replyTo: replyTo === null ? null : format(replyTo),
    headers: [
      ...headers.filter(({ name }) => name.toLowerCase() !== sendIdHeader.toLowerCase()).map(writeHeader),
      { name: sendIdHeader, value: sendId },
    ],
  };
}

function format(mailbox: Mailbox): string {
  const formatted = formatMailbox(mailbox);
  if (formatted.kind === 'refused') throw new RefusedMessage(formatted.reason);
  return formatted.value;
}

function writeHeader({ name, value }: MessageHeader): MessageHeader {
  if (!headerNamePattern.test(name)) throw new RefusedMessage('The name of a header is not valid.');
  if (takenNamePattern.test(name)) throw new RefusedMessage(`The header ${name} cannot be set by a message.`);
  const flat = flattenHeaderText(value);
  const encoded = isPrintableAscii(flat) ? flat : encodeWords(flat);
  if (name.length + encoded.length > maxHeaderLength) {
    throw new RefusedMessage(`The header ${name} is longer than ${maxHeaderLength} characters.`);
  }
  return { name, value: encoded };
}

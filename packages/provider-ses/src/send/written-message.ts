import {
  type Address,
  asOneLine,
  headerNameProblem,
  type MessageHeader,
  maxHeaderLength,
  sendIdHeader,
} from '@postroom/contracts';
import type { OutgoingMessage, OutgoingMime } from '@postroom/core';
import { encodeWords, isPrintableAscii } from './header-text.ts';
import { type FormattedMailbox, formatMailbox, formatReadMailbox } from './mailbox.ts';
import { RefusedMessage } from './refused-message.ts';

/** What both forms of a request say, each text in printable ASCII as it goes over the wire. */
export type WrittenMessage = {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: string | null;
  /** Who stands in a message that came in MIME form, as its head shows them; null: it did not. */
  readonly shown: Readonly<Record<'from' | 'to' | 'cc' | 'replyTo', readonly string[]>> | null;
  /** The message's own headers, names as they were given, and the send id after them. */
  readonly headers: readonly MessageHeader[];
};

/** Writes the addresses and headers of a message; throws `RefusedMessage` when one cannot be written. */
export function writeMessage(message: OutgoingMessage): WrittenMessage {
  const { replyTo, headers, sendId, mime } = message;
  return {
    from: format(message.from),
    to: message.to.map(format),
    cc: message.cc.map(format),
    bcc: message.bcc.map(format),
    replyTo: replyTo === null ? null : format(replyTo),
    shown: mime === undefined ? null : writeShown(mime, message),
    headers: [
      ...headers.filter(({ name }) => name.toLowerCase() !== sendIdHeader.toLowerCase()).map(writeHeader),
      { name: sendIdHeader, value: sendId },
    ],
  };
}

/** A sender profile's reply address stands for one that the message does not name. */
function writeShown({ fromName, to, cc, replyTo }: OutgoingMime, message: OutgoingMessage) {
  const own = message.replyTo === null ? [] : [message.replyTo];
  return {
    from: [formatRead({ ...message.from, name: fromName })],
    to: to.map(formatRead),
    cc: cc.map(formatRead),
    replyTo: replyTo.length === 0 ? own.map(format) : replyTo.map(formatRead),
  };
}

const format = (address: Address) => written(formatMailbox(address));

/** An address whose name was read from a header. */
const formatRead = (address: Address) => written(formatReadMailbox(address));

function written(formatted: FormattedMailbox): string {
  if (formatted.kind === 'refused') throw new RefusedMessage(formatted.reason);
  return formatted.value;
}

function writeHeader({ name, value }: MessageHeader): MessageHeader {
  const problem = headerNameProblem(name);
  if (problem !== null) throw new RefusedMessage(`A header cannot be set: it ${problem}.`);
  const flat = asOneLine(value);
  const encoded = isPrintableAscii(flat) ? flat : encodeWords(flat);
  if (name.length + encoded.length > maxHeaderLength) {
    throw new RefusedMessage(`The header ${name} is longer than ${maxHeaderLength} characters.`);
  }
  return { name, value: encoded };
}

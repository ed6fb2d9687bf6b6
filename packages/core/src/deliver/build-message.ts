import type { Address, MessageHeader } from '@postroom/contracts';
import { headersBeside } from '../send/headers-beside.ts';
import type { OutgoingAttachment, OutgoingMessage, OutgoingMime } from '../send/provider-outcome.ts';
import type { RenderedContent } from '../send/renderer.ts';
import type { ClaimedSend } from './claim.ts';
import { mayReceiveOf, receiversOf } from './receivers.ts';

/** What a claimed send is made into a message with. */
export type MessageParts = {
  readonly content: RenderedContent;
  readonly attachments: readonly OutgoingAttachment[];
  readonly unsubscribeUrl: string | null;
};

/** RFC 8058 section 3.1: an address to post to, and the word that a POST to it is enough. */
const oneClickHeaders = (url: string): readonly MessageHeader[] => [
  { name: 'List-Unsubscribe', value: `<${url}>` },
  { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
];

/**
 * What marketing mail says of itself, so that no machine answers it: RFC 3834 section 5, and `Precedence`, which older ones
 * go by.
 */
const bulkHeaders: readonly MessageHeader[] = [
  { name: 'Precedence', value: 'bulk' },
  { name: 'Auto-Submitted', value: 'auto-generated' },
];

/** Each name once, since SES refuses a message that has one twice: the link to leave stands before the send's own, and that before what goes for all. */
function headersOf({ lane, headers }: ClaimedSend, unsubscribeUrl: string | null): readonly MessageHeader[] {
  const link = unsubscribeUrl === null ? [] : oneClickHeaders(unsubscribeUrl);
  const bulk = lane === 'marketing' ? headersBeside(bulkHeaders, headers) : [];
  return [...headersBeside(headers, link), ...link, ...bulk];
}

/** The message that is among the attachments, if one is, and the files beside it. Who gets nothing is not shown either. */
function takeMime(
  { attachments: refs, from: sender }: ClaimedSend,
  attachments: readonly OutgoingAttachment[],
  mayReceive: (address: Address) => boolean,
): { readonly mime?: OutgoingMime; readonly attachments: readonly OutgoingAttachment[] } {
  const at = refs.findIndex(({ mime }) => mime !== undefined);
  const [shown, content] = [refs[at]?.mime, attachments[at]?.content];
  if (shown === undefined || content === undefined) return { attachments };
  const { from: [from = sender] = [], to, cc, replyTo } = shown;
  const mime = {
    content,
    fromName: from.name,
    to: to.filter(mayReceive),
    cc: cc.filter(mayReceive),
    replyTo,
  };
  return { mime, attachments: attachments.toSpliced(at, 1) };
}

/** Addresses a rendered send to those who are left of its recipients. */
export function buildMessage(
  send: ClaimedSend,
  { content, attachments, unsubscribeUrl }: MessageParts,
): OutgoingMessage {
  return {
    sendId: send.id,
    attempt: send.attempt,
    from: send.from,
    replyTo: send.replyTo,
    ...receiversOf(send),
    subject: content.subject,
    html: content.html,
    text: content.text,
    headers: headersOf(send, unsubscribeUrl),
    ...takeMime(send, attachments, mayReceiveOf(send)),
    configurationSet: send.configurationSet,
  };
}

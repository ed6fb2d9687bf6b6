import { addressKey, type MessageHeader } from '@postroom/contracts';
import type { OutgoingAttachment, OutgoingMessage } from '../send/provider-outcome.ts';
import type { RenderedContent } from '../send/renderer.ts';
import type { ClaimedSend } from './claim.ts';

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

/** Addresses a rendered send, leaving out the further recipients that do not want it. */
export function buildMessage(
  send: ClaimedSend,
  { content, attachments, unsubscribeUrl }: MessageParts,
): OutgoingMessage {
  const dropped = new Set(send.consent.refusedCopies);
  const mayReceive = ({ email }: { readonly email: string }) => !dropped.has(addressKey(email));
  return {
    sendId: send.id,
    attempt: send.attempt,
    from: send.from,
    replyTo: send.replyTo,
    to: [send.to, ...send.toOthers.filter(mayReceive)],
    cc: send.cc.filter(mayReceive),
    bcc: send.bcc.filter(mayReceive),
    subject: content.subject,
    html: content.html,
    text: content.text,
    headers: [...send.headers, ...(unsubscribeUrl === null ? [] : oneClickHeaders(unsubscribeUrl))],
    attachments,
    configurationSet: send.configurationSet,
  };
}

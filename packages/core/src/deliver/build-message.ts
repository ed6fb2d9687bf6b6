import { type Address, addressKey, type MessageHeader } from '@postroom/contracts';
import { headersBeside } from '../send/headers-beside.ts';
import type { OutgoingAttachment, OutgoingMessage, OutgoingMime } from '../send/provider-outcome.ts';
import { erasedEmail, isErased } from '../send/recipient-places.ts';
import type { RenderedContent } from '../send/renderer.ts';
import type { ClaimedSend, DroppedCopy } from './claim.ts';

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

/** The further recipients of a send that its message goes without, by their places: an address is told nowhere. */
export function droppedCopies({ toOthers, cc, bcc, consent }: ClaimedSend): readonly DroppedCopy[] {
  const { refusedCopies, suppressedCopies = [] } = consent;
  if (refusedCopies.length === 0) return [];
  const refused = new Set(refusedCopies);
  const suppressed = new Set(suppressedCopies);
  const of = (list: readonly Address[], place: (at: number) => string) =>
    list.flatMap(({ email }, at): DroppedCopy[] => {
      const key = addressKey(email);
      const reason = suppressed.has(key) ? 'suppressed' : 'unsubscribed';
      return refused.has(key) && email !== erasedEmail ? [{ recipient: place(at), reason }] : [];
    });
  return [
    ...of(toOthers, (at) => `to[${at + 1}]`),
    ...of(cc, (at) => `cc[${at}]`),
    // Which of them would tell who they are.
    ...of(bcc, () => 'bcc'),
  ];
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

/** Addresses a rendered send, leaving out the further recipients that do not want it, and those who were erased. */
export function buildMessage(
  send: ClaimedSend,
  { content, attachments, unsubscribeUrl }: MessageParts,
): OutgoingMessage {
  const dropped = new Set(send.consent.refusedCopies);
  const mayReceive = (address: Address) => !isErased(address) && !dropped.has(addressKey(address.email));
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
    headers: headersOf(send, unsubscribeUrl),
    ...takeMime(send, attachments, mayReceive),
    configurationSet: send.configurationSet,
  };
}

import { addressKey } from '@postroom/contracts';
import type { ClaimedSend } from './claim.ts';
import type { OutgoingMessage } from './provider-outcome.ts';
import type { RenderedContent } from './renderer.ts';

/** What a template sees: the item's data, and beside it what the pipeline knows. */
export function renderContext(send: ClaimedSend): Readonly<Record<string, unknown>> {
  return {
    ...send.data,
    profile: send.profile ?? { email: send.to.email },
    sender: { email: send.from.email, name: send.from.name },
    messageId: send.messageId,
  };
}

/** Addresses a rendered send, leaving out the copies that are suppressed. */
export function buildMessage(send: ClaimedSend, content: RenderedContent): OutgoingMessage {
  const dropped = new Set(send.consent.suppressedCopies);
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
    headers: send.headers,
    attachments: send.attachments,
    configurationSet: send.configurationSet,
  };
}

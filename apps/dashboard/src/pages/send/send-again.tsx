import type { EmailSend, EmailsBatchResponse, RenderedMessage } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { call } from '../../api/call.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { tell } from '../../ui/notice.tsx';

type Mailbox = { readonly email: string; readonly name: string | null };

const addressOf = ({ email, name }: Mailbox) => (name === null ? email : { email, name });

/** The same message as a new email: what it came to, so that nothing is rendered a second time. */
const emailOf = (message: RenderedMessage, tags: readonly string[]) => ({
  from: addressOf(message.from),
  to: message.to.map(addressOf),
  cc: message.cc.map(addressOf),
  reply_to: message.replyTo === null ? null : addressOf(message.replyTo),
  subject: message.subject,
  html: message.html,
  text: message.text,
  tags,
});

/** Mail of a group has links that are its recipient's own, which a copy would lack; that of a group is not sent again here. */
const canBeCopied = ({ subscriptionGroupId }: EmailSend) => subscriptionGroupId === null;

/** Sends what a send said once more, as a new email with a history of its own. */
export function SendAgain({ send }: { readonly send: EmailSend }) {
  const [isAsking, setAsking] = useState(false);
  const { route } = useLocation();
  const again = async () => {
    const message = await call<RenderedMessage>('GET', `/dashboard/api/emails/${send.id}/message`);
    if (message.kind === 'failed') return tell(message.failure.message, true);
    if (message.value.attachments.length > 0)
      return tell('It has attachments, which a copy would lack: send it anew from where it came.', true);
    const json = { emails: [emailOf(message.value, send.tags)] };
    const answer = await call<EmailsBatchResponse>('POST', '/api/v1/emails/batch', { json });
    if (answer.kind === 'failed') return tell(answer.failure.message, true);
    tell('Queued as a new email.');
    const [made] = answer.value.emails;
    if (made !== undefined) route(`/dashboard/sends/${made.id}`);
  };
  if (!canBeCopied(send)) return null;
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Send again
      </button>
      {isAsking && (
        <Confirm
          title="Send it again?"
          text={
            <p>
              <strong>{send.to.email}</strong> gets the same message once more, as a new email with a history
              of its own. Blind copies are left out.
            </p>
          }
          action="Send it again"
          onClose={() => setAsking(false)}
          onConfirm={again}
        />
      )}
    </>
  );
}

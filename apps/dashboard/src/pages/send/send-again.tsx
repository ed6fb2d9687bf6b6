import type { EmailSend, EmailsBatchResponse, NotCopied, RenderedMessage } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { call } from '../../api/call.ts';
import type { Keeper } from '../../api/keeper.ts';
import { session } from '../../api/session.ts';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { tell } from '../../ui/notice.tsx';
import { outcomeOf } from '../../ui/outcome.ts';

type Mailbox = { readonly email: string; readonly name: string | null };

/** As the API reads it, whatever stands in the name. */
const addressOf = ({ email, name }: Mailbox) =>
  name === null ? email : `"${name.replace(/["\\]/g, '\\$&')}" <${email}>`;

/** The same message as a new email: what it came to, so that no template is rendered a second time. */
const emailOf = (message: RenderedMessage, tags: readonly string[]) => ({
  from: addressOf(message.from),
  to: message.to.map(addressOf),
  cc: message.cc.map(addressOf),
  reply_to: message.replyTo === null ? null : addressOf(message.replyTo),
  subject: message.subject,
  html: message.html || null,
  text: message.text || null,
  headers: Object.fromEntries(message.headers.map(({ name, value }) => [name, value])),
  tags,
  type: message.lane,
  tracking: message.tracking,
});

const words: Readonly<Record<NotCopied, string>> = {
  attachments: 'its attachments',
  blind_copies: 'its blind copies, whom nobody is shown',
  confirmation: 'its link to confirm a subscription, which is for this recipient and this mail',
  group: 'its links to unsubscribe, which are its recipient’s own',
  mime: 'the message itself, which came whole and went out as it came',
};

/** What a copy would not be, in words. */
const lacksOf = ({ simulated }: EmailSend, { notCopied }: RenderedMessage): readonly string[] => [
  ...(simulated && session.value?.mode === 'live'
    ? ['that it was a test: with the live key of this session it would really be sent']
    : []),
  ...notCopied.map((part) => words[part]),
];

const CannotBe = ({
  lacks,
  isAsking,
  onClose,
}: {
  readonly lacks: readonly string[];
  /** It asks its recipient to confirm a subscription. */
  readonly isAsking: boolean;
  readonly onClose: () => void;
}) => (
  <Dialog title="It cannot be sent again from here" onClose={onClose}>
    <div class="body">
      <p>A copy would lack:</p>
      <ul>
        {lacks.map((lack) => (
          <li key={lack}>{lack}</li>
        ))}
      </ul>
      <p>
        {isAsking
          ? 'Subscribe its recipient again instead: another mail asks them.'
          : 'Send it anew from where it came.'}
      </p>
    </div>
    <footer>
      <button type="button" class="primary" onClick={onClose}>
        Leave it
      </button>
    </footer>
  </Dialog>
);

/** Whom a copy goes to, and what else differs from the first. */
const Question = ({ to, cc }: RenderedMessage) => (
  <>
    <p>
      <strong>{[...to, ...cc].map(({ email }) => email).join(', ')}</strong>{' '}
      {to.length + cc.length > 1 ? 'get' : 'gets'} the same message once more, with its headers, tags and
      tracking.
    </p>
    <p>
      It becomes a new email with a history of its own: it belongs to no template, and goes out with the
      settings that its sender has now.
    </p>
  </>
);

/** Sends what a send said once more, as a new email with a history of its own; or says what of it cannot be. */
export function SendAgain({
  send,
  message,
  keys,
}: {
  readonly send: EmailSend;
  readonly message: RenderedMessage;
  readonly keys: Keeper;
}) {
  const [isAsking, setAsking] = useState(false);
  const { route } = useLocation();
  const lacks = lacksOf(send, message);
  const again = async () => {
    const json = { emails: [emailOf(message, send.tags)] };
    // The same message again from another page is another email.
    const key = keys.keyFor([send.id, json]);
    const answer = await call<EmailsBatchResponse>('POST', '/api/v1/emails/batch', { json, key });
    if (answer.kind === 'failed') return tell(answer.failure.message, true);
    keys.done();
    const [made] = answer.value.emails;
    if (made === undefined) return;
    tell(...outcomeOf(made.status, made.error, 'Queued as a new email.'));
    route(`/dashboard/sends/${made.id}`);
  };
  const close = () => setAsking(false);
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Send again
      </button>
      {isAsking && lacks.length > 0 && (
        <CannotBe lacks={lacks} isAsking={message.notCopied.includes('confirmation')} onClose={close} />
      )}
      {isAsking && lacks.length === 0 && (
        <Confirm
          title="Send it again?"
          text={<Question {...message} />}
          action="Send it again"
          isSafe
          onClose={close}
          onConfirm={again}
        />
      )}
    </>
  );
}

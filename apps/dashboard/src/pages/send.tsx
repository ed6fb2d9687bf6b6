import type { EmailDetail, EmailHistory, EmailSend, RenderedMessage } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { call } from '../api/call.ts';
import { type Keeper, keepKey } from '../api/keeper.ts';
import { may } from '../api/session.ts';
import { typeIdOf, uuidOf } from '../api/type-id.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Status } from '../ui/badge.tsx';
import { Copy } from '../ui/copy.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Moment } from '../ui/moment.tsx';
import { Loading, tell, Wrong } from '../ui/notice.tsx';
import { Facts, Page, Section } from '../ui/page.tsx';
import { mailboxOf } from '../ui/words.ts';
import { Message } from './send/message.tsx';
import { SendAgain } from './send/send-again.tsx';
import { TimeLine } from './send/time-line.tsx';

/** How often a send that is under way is looked at, in milliseconds. */
const everyMs = 2_000;

const mayRetry = (status: string) => status === 'Failed' && may('emails:write');
const mayCancel = (status: string) => ['Scheduled', 'Queued'].includes(status) && may('emails:write');

const hasEnded = ({ status }: EmailSend) => !['Scheduled', 'Queued', 'Processing'].includes(status);

/** What can be done with a send. */
function Actions({
  send,
  message,
  keys,
  onChange,
}: {
  readonly send: EmailSend;
  readonly message: RenderedMessage | null;
  readonly keys: Keeper;
  readonly onChange: () => Promise<void>;
}) {
  const [isAsking, setAsking] = useState(false);
  const change = async (action: 'retry' | 'cancel', done: string) => {
    const answer = await call('POST', `/api/v1/emails/${send.id}/${action}`);
    if (answer.kind === 'failed') tell(answer.failure.message, true);
    else tell(done);
    await onChange();
  };
  return (
    <>
      {mayRetry(send.status) && (
        <button type="button" class="primary" onClick={() => void change('retry', 'Queued again.')}>
          Retry
        </button>
      )}
      {mayCancel(send.status) && (
        <button type="button" onClick={() => setAsking(true)}>
          Cancel
        </button>
      )}
      {may('emails:write') && hasEnded(send) && message !== null && (
        <SendAgain send={send} message={message} keys={keys} />
      )}
      {isAsking && (
        <Confirm
          title="Cancel this email?"
          text={
            <p>
              It will not be sent to <strong>{send.to.email}</strong>.
            </p>
          }
          action="Cancel it"
          onClose={() => setAsking(false)}
          onConfirm={() => change('cancel', 'Canceled.')}
        />
      )}
    </>
  );
}

const SendFacts = ({
  send,
  detail,
  message,
}: {
  readonly send: EmailSend;
  readonly detail: EmailDetail | null;
  readonly message: RenderedMessage | null;
}) => (
  <Section title="Facts">
    <Facts
      of={[
        [
          'Status',
          <>
            <Status of={send.status} /> {send.delivery !== null && <Status of={send.delivery} />}
          </>,
        ],
        ['From', mailboxOf(send.from)],
        ['To', message === null ? send.to.email : message.to.map(mailboxOf).join(', ')],
        ['Cc', send.cc.map(mailboxOf).join(', ')],
        ['Reply to', send.replyTo === null ? null : mailboxOf(send.replyTo)],
        ['Lane', detail?.type],
        ['Scheduled', send.scheduledAt === null ? null : <Moment at={send.scheduledAt} />],
        ['Created', <Moment at={send.createdAt} />],
        [
          'Batch',
          detail?.batch_id == null ? null : (
            <a href={`/dashboard/batches/${detail.batch_id}`}>{detail.batch_id.slice(0, 8)} …</a>
          ),
        ],
        [
          'Template',
          send.templateId === null ? null : (
            <a href={`/dashboard/templates/${send.templateId}`}>{send.templateId.slice(0, 8)} …</a>
          ),
        ],
        [
          'Tags',
          send.tags.length === 0
            ? null
            : send.tags.map((tag) => (
                <span class="tag" key={tag}>
                  {tag}
                </span>
              )),
        ],
        [
          'Id',
          <>
            <code class="id">{typeIdOf(send.id)}</code> <Copy text={typeIdOf(send.id)} what="the id" />
          </>,
        ],
        [
          'SES id',
          send.providerMessageId === null ? null : (
            <>
              <code class="id">{send.providerMessageId}</code>{' '}
              <Copy text={send.providerMessageId} what="the SES id" />
            </>
          ),
        ],
        ['Mode', send.simulated ? 'test: nothing was sent' : null],
      ]}
    />
  </Section>
);

/** One send: what happened to it, what it says, and what can be done. */
export function SendPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  // While the API is away nothing of this page stands but what it keeps itself.
  const [keys] = useState(keepKey);
  const [isOver, setOver] = useState(false);
  const pollMs = isOver ? 10_000 : everyMs;
  const send = useAnswer<EmailSend>(`/api/v1/emails/${uuidOf(id)}`, pollMs);
  const detail = useAnswer<{ email: EmailDetail }>(`/api/v1/emails/${typeIdOf(id)}`);
  const history = useAnswer<EmailHistory>(`/api/v1/emails/${uuidOf(id)}/events`, pollMs);
  const message = useAnswer<RenderedMessage>(`/dashboard/api/emails/${id}/message`);
  const { value } = send;
  if (value !== null && hasEnded(value) !== isOver) setOver(hasEnded(value));
  const reload = async () => void (await Promise.all([send.reload(), history.reload()]));
  return (
    <Page
      title={value?.subject || 'Email'}
      back={{ href: '/dashboard/sends', text: 'Sends' }}
      actions={
        value !== null && <Actions send={value} message={message.value} keys={keys} onChange={reload} />
      }
    >
      {send.failure !== null && <Wrong failure={send.failure} retry={send.reload} />}
      {send.failure === null && value === null && <Loading />}
      {value !== null && (
        <>
          {value.failureMessage !== null && (
            <div class="wrong" role="alert">
              <p>
                <strong>Why it {value.status === 'Skipped' ? 'was skipped' : 'failed'}:</strong>{' '}
                {value.failureMessage}
              </p>
            </div>
          )}
          <div class="columns wide-first">
            <div class="stack">
              <Message of={message} />
            </div>
            <div class="stack">
              <SendFacts send={value} detail={detail.value?.email ?? null} message={message.value} />
              <Section title="History">
                {history.value === null ? <Loading /> : <TimeLine history={history.value} />}
              </Section>
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

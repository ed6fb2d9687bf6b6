import type { WebhookDelivery, WebhookDeliveryLog, WebhookResource } from '@postroom/contracts';
import { useEffect, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { withQuery } from '../api/call.ts';
import { typeIdOf } from '../api/type-id.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useList } from '../api/use-list.ts';
import { act } from '../ui/act.ts';
import { Status } from '../ui/badge.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty, Loading, Wrong } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';
import { EndpointStanding } from './webhooks.tsx';

/** Each try of a delivery: what was posted, and what came back. */
function DeliveryLog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const { value, failure } = useAnswer<WebhookDeliveryLog>(path);
  return (
    <Dialog title={value?.event ?? 'Delivery'} onClose={onClose} isWide>
      <div class="body">
        {failure !== null && <Wrong failure={failure} />}
        {failure === null && value === null && <Loading />}
        {value?.attemptLog.length === 0 && <p>It was not tried yet.</p>}
        {value?.attemptLog.map(({ number, at, durationMs, request, statusCode, answer, error }) => (
          <section key={number}>
            <h3>
              Try {number}: {error ?? `answered ${statusCode}`}{' '}
              <span class="faint">in {durationMs} ms, </span>
              <span class="faint">
                <Moment at={at} />
              </span>
            </h3>
            <pre class="source boxed">{request}</pre>
            {answer !== null && answer !== '' && <pre class="source boxed">{answer}</pre>}
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Actions({
  endpoint,
  onChange,
}: {
  readonly endpoint: WebhookResource;
  readonly onChange: () => void;
}) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const path = `/api/v1/webhooks/${endpoint.id}`;
  const turn = async () => {
    const enabled = !endpoint.enabled;
    await act('PATCH', path, { json: { enabled }, done: enabled ? 'On again.' : 'Off.' });
    onChange();
  };
  const test = async () => {
    await act('POST', `${path}/test`, { json: {}, done: 'A test is on its way.' });
    onChange();
  };
  const remove = async () => {
    const { kind } = await act('DELETE', path, { done: 'Removed.' });
    if (kind === 'ok') route('/dashboard/webhooks');
  };
  return (
    <>
      <EndpointStanding {...endpoint} />
      <button type="button" onClick={() => void test()}>
        Send a test
      </button>
      <button type="button" onClick={() => void turn()}>
        {endpoint.enabled ? 'Turn off' : 'Turn on'}
      </button>
      <button type="button" onClick={() => setAsking(true)}>
        Remove
      </button>
      {isAsking && (
        <Confirm
          title="Remove this webhook?"
          text={<p>It is told of nothing more, and the log of its deliveries goes with it.</p>}
          action="Remove it"
          onClose={() => setAsking(false)}
          onConfirm={remove}
        />
      )}
    </>
  );
}

const statuses = ['pending', 'delivered', 'failed', 'blocked'];

/** After so long a delivery that was not tried yet is looked at again, in milliseconds. */
const triedMs = 2_000;

/** One webhook and what it was told. */
export function WebhookPage() {
  const { params } = useRoute();
  const path = `/api/v1/webhooks/${params.id ?? ''}`;
  const [status, setStatus] = useState('');
  const [shown, setShown] = useState<string | null>(null);
  const endpoint = useAnswer<WebhookResource>(path);
  const list = useList<WebhookDelivery>(withQuery(`${path}/deliveries`, { status }));
  // What was just written is tried at once.
  const isNew = list.items.some(({ lastAttempt }) => lastAttempt === null);
  useEffect(() => {
    const timer = isNew && list.items.length <= 50 ? setTimeout(list.reload, triedMs) : undefined;
    return () => clearTimeout(timer);
  }, [list.items]);
  const change = () => {
    void endpoint.reload();
    list.reload();
  };
  const replay = async (id: string) => {
    await act('POST', `${path}/deliveries/${id}/replay`, { done: 'It is posted again.' });
    list.reload();
  };
  return (
    <Page
      title={endpoint.value?.url ?? 'Webhook'}
      back={{ href: '/dashboard/webhooks', text: 'Webhooks' }}
      actions={endpoint.value !== null && <Actions endpoint={endpoint.value} onChange={change} />}
    >
      {endpoint.failure !== null && <Wrong failure={endpoint.failure} retry={endpoint.reload} />}
      <select
        aria-label="Status"
        class="narrow"
        value={status}
        onChange={({ currentTarget }) => setStatus(currentTarget.value)}
      >
        <option value="">Any status</option>
        {statuses.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <ListRows
        label="Deliveries"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          { name: 'Event', cell: ({ event }) => event },
          { name: 'Status', cell: (delivery) => <Status of={delivery.status} /> },
          {
            name: 'Last answer',
            kind: 'grow',
            cell: ({ lastAttempt }) =>
              lastAttempt === null ? 'not tried yet' : (lastAttempt.error ?? String(lastAttempt.statusCode)),
          },
          { name: 'Tries', kind: 'number', cell: ({ attempts }) => attempts },
          {
            name: 'Email',
            kind: 'keep',
            cell: ({ emailId }) =>
              emailId !== null && <a href={`/dashboard/sends/${typeIdOf(emailId)}`}>the email</a>,
          },
          { name: 'When', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          {
            name: '',
            kind: 'end',
            cell: ({ id, event }) => (
              <span class="row-of-buttons">
                <button
                  type="button"
                  class="small"
                  aria-label={`Look at this ${event}`}
                  onClick={() => setShown(id)}
                >
                  Look
                </button>
                <button
                  type="button"
                  class="small"
                  aria-label={`Replay this ${event}`}
                  onClick={() => void replay(id)}
                >
                  Replay
                </button>
              </span>
            ),
          },
        ]}
        empty={
          status === '' ? (
            <Empty title="It was told of nothing yet">
              <p>Send a test, or wait for the next event of mail.</p>
            </Empty>
          ) : (
            <Empty title="Nothing matches" />
          )
        }
      />
      {shown !== null && <DeliveryLog path={`${path}/deliveries/${shown}`} onClose={() => setShown(null)} />}
    </Page>
  );
}

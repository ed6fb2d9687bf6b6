import type { BatchResource, CanceledBatch, SendStatus } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { call, withQuery } from '../api/call.ts';
import { may } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Status } from '../ui/badge.tsx';
import { Copy } from '../ui/copy.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Moment } from '../ui/moment.tsx';
import { Loading, tell, Wrong } from '../ui/notice.tsx';
import { Facts, Page, Section } from '../ui/page.tsx';
import { counted, countOf } from '../ui/words.ts';
import { BatchBar, progressOf } from './batch/batch-bar.tsx';
import { sendStatuses } from './sends/wire.ts';

const cancelable = ({ counts }: BatchResource) => counts.Scheduled + counts.Queued;

/** Cancels what of a batch is not under way yet. */
function CancelBatch({
  batch,
  onChange,
}: {
  readonly batch: BatchResource;
  readonly onChange: () => unknown;
}) {
  const [isAsking, setAsking] = useState(false);
  const count = cancelable(batch);
  if (count === 0 || !may('emails:write')) return null;
  const cancel = async () => {
    const answer = await call<CanceledBatch>('POST', `/api/v1/batches/${batch.id}/cancel`);
    if (answer.kind === 'failed') tell(answer.failure.message, true);
    else tell(`${countOf(answer.value.canceled, 'email')} canceled.`);
    onChange();
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Cancel what waits
      </button>
      {isAsking && (
        <Confirm
          title={`Cancel ${countOf(count, 'email')}?`}
          text={<p>What is scheduled or queued of this batch will not be sent. What is under way goes on.</p>}
          action="Cancel them"
          onClose={() => setAsking(false)}
          onConfirm={cancel}
        />
      )}
    </>
  );
}

const Engagement = ({ batch: { engagement } }: { readonly batch: BatchResource }) => (
  <Facts
    of={[
      [
        'Opened',
        `${countOf(engagement.opened.people, 'email')}, and ${counted(engagement.opened.machines)} by machines alone`,
      ],
      [
        'Clicked',
        `${countOf(engagement.clicked.people, 'email')}, and ${counted(engagement.clicked.machines)} by machines alone`,
      ],
    ]}
  />
);

const Counts = ({ batch }: { readonly batch: BatchResource }) => (
  <table class="rows">
    <thead>
      <tr>
        <th scope="col">Status</th>
        <th scope="col" class="number">
          Emails
        </th>
      </tr>
    </thead>
    <tbody>
      {sendStatuses.map((status) => {
        const count = batch.counts[status as SendStatus];
        return (
          <tr key={status}>
            <th scope="row">
              <Status of={status} />
            </th>
            <td class="number">
              {count === 0 ? (
                <span class="faint">0</span>
              ) : (
                <a href={withQuery('/dashboard/sends', { batch_id: batch.id, status })}>{counted(count)}</a>
              )}
            </td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

/** One batch: how far it is, and what became of its sends. */
export function BatchPage() {
  const { params } = useRoute();
  const id = params.id ?? '';
  const { value, failure, reload } = useAnswer<BatchResource>(`/api/v1/batches/${id}`, 2_000);
  return (
    <Page
      title={`Batch ${id.slice(0, 8)}`}
      back={{ href: '/dashboard/batches', text: 'Batches' }}
      actions={value !== null && <CancelBatch batch={value} onChange={reload} />}
    >
      {failure !== null && <Wrong failure={failure} retry={reload} />}
      {failure === null && value === null && <Loading />}
      {value !== null && (
        <div class="columns">
          <Section
            title={progressOf(value).ended === progressOf(value).all ? 'Done' : 'Under way'}
            aside={<BatchBar batch={value} />}
          >
            <Counts batch={value} />
          </Section>
          <Section title="Facts">
            <Facts
              of={[
                ['Form', value.dialect],
                ['Asked for', countOf(value.total, 'email')],
                ['Accepted', counted(value.accepted)],
                ['Rejected', counted(value.rejected)],
                ['Created', <Moment at={value.createdAt} />],
                [
                  'Id',
                  <>
                    <code class="id">{value.id}</code> <Copy text={value.id} what="the id" />
                  </>,
                ],
                [
                  'Sends',
                  <a href={withQuery('/dashboard/sends', { batch_id: value.id })}>All of this batch</a>,
                ],
              ]}
            />
            <Engagement batch={value} />
          </Section>
        </div>
      )}
    </Page>
  );
}

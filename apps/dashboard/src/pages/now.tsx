import type { Now, WaitingSends } from '@postroom/contracts';
import { may } from '../api/session.ts';
import { now } from '../live/now-stream.ts';
import { Empty, Loading } from '../ui/notice.tsx';
import { Page, Section } from '../ui/page.tsx';
import { Plot } from '../ui/plot.tsx';
import { Rows } from '../ui/table.tsx';
import { counted, minuteOf, spanOf } from '../ui/words.ts';
import { FailuresNow } from './now/failures-now.tsx';
import { HoldsNow } from './now/holds-now.tsx';
import { SesNow } from './now/ses-now.tsx';
import { SmtpNow } from './now/smtp-now.tsx';
import { WorkersNow } from './now/workers-now.tsx';
import { WorkspacesNow } from './now/workspaces-now.tsx';

const sumOf = (waiting: readonly WaitingSends[], status: string, of: 'count' | 'inDoubt' = 'count') =>
  waiting.filter((group) => group.status === status).reduce((sum, group) => sum + group[of], 0);

const Figure = ({
  name,
  value,
  note,
  isBad = false,
}: {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  readonly isBad?: boolean;
}) => (
  <div class={isBad ? 'figure bad' : 'figure'}>
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      {note !== undefined && <span>{note}</span>}
    </dd>
  </div>
);

/** This minute so far, and the hour. */
function rateOf(values: readonly number[]): { readonly value: string; readonly note: string } {
  const sum = values.reduce((all, value) => all + value, 0);
  return { value: counted(values.at(-1) ?? 0), note: `${counted(sum)} in an hour` };
}

function Figures({ seesInstallation, throughput, waiting }: Now) {
  const unknown = { value: '–', note: 'Redis does not answer' };
  const oldest = Math.max(
    0,
    ...(waiting ?? [])
      .filter(({ status }) => status === 'Queued')
      .map((group) => group.oldestDueSeconds ?? 0),
  );
  const inDoubt = waiting === null ? 0 : sumOf(waiting, 'Processing', 'inDoubt');
  const failed = throughput === null ? unknown : rateOf(throughput.failed);
  return (
    <dl class="figures">
      {seesInstallation && (
        <>
          <Figure
            name="Accepted this minute"
            {...(throughput === null ? unknown : rateOf(throughput.accepted))}
          />
          <Figure name="Sent this minute" {...(throughput === null ? unknown : rateOf(throughput.done))} />
          <Figure name="Failed this minute" {...failed} isBad={(throughput?.failed.at(-1) ?? 0) > 0} />
        </>
      )}
      <Figure
        name="Waiting"
        value={waiting === null ? '–' : counted(sumOf(waiting, 'Queued'))}
        note={oldest > 0 ? `the oldest for ${spanOf(oldest)}` : 'nothing is late'}
        isBad={oldest > 300}
      />
      <Figure
        name="In doubt"
        value={counted(inDoubt)}
        note={inDoubt === 0 ? 'all answers are known' : 'SES may have taken them'}
        isBad={inDoubt > 0}
      />
    </dl>
  );
}

function Throughput({ throughput }: Now) {
  if (throughput === null) return null;
  // The minute that is not over would look like a fall.
  const [accepted, done, failed] = [throughput.accepted, throughput.done, throughput.failed].map((values) =>
    values.slice(0, -1),
  );
  const { firstMinute } = throughput;
  if (accepted === undefined || done === undefined || failed === undefined) return null;
  return (
    <Section title="Last hour" aside="mail a minute, of the whole installation">
      <Plot
        title="Mail accepted, sent and failed in each minute of the last hour"
        times={accepted.map((_, at) => (firstMinute + at) * 60)}
        timeShown={(seconds) => minuteOf(seconds / 60)}
        shown={(value) => counted(Math.round(value))}
        lines={[
          { name: 'Accepted', values: accepted, colour: '--line-2', dash: [6, 4] },
          { name: 'Sent', values: done, colour: '--line-1', dash: [] },
          { name: 'Failed', values: failed, colour: '--line-3', dash: [2, 3] },
        ]}
      />
    </Section>
  );
}

const lanes = [
  { lane: 'transactional', name: 'Transactional' },
  { lane: 'marketing', name: 'Marketing' },
] as const;

function Backlog({ waiting }: Now) {
  if (waiting === null) return null;
  const of = (lane: string, status: string) =>
    waiting.find((group) => group.lane === lane && group.status === status);
  const countIn = (lane: string, status: string) => counted(of(lane, status)?.count ?? 0);
  const oldestIn = (lane: string) => {
    const oldest = of(lane, 'Queued')?.oldestDueSeconds ?? null;
    return oldest === null ? '–' : spanOf(oldest);
  };
  return (
    <Section title="Backlog" aside={may('admin') ? 'of this workspace' : 'of all workspaces'}>
      <Rows
        label="Backlog"
        isPlain
        items={lanes}
        keyOf={({ lane }) => lane}
        columns={[
          { name: 'Lane', cell: ({ name }) => name },
          { name: 'Scheduled', kind: 'number', cell: ({ lane }) => countIn(lane, 'Scheduled') },
          { name: 'Queued', kind: 'number', cell: ({ lane }) => countIn(lane, 'Queued') },
          { name: 'Oldest', kind: 'number', cell: ({ lane }) => oldestIn(lane) },
          { name: 'In hand', kind: 'number', cell: ({ lane }) => countIn(lane, 'Processing') },
        ]}
      />
    </Section>
  );
}

/** What happens now, told again every few seconds. */
export function NowPage() {
  const state = now.value;
  const isFresh =
    state?.throughput != null &&
    [...state.throughput.accepted, ...state.throughput.done].every((count) => count === 0);
  return (
    <Page title="Now">
      {state === null ? (
        <Loading />
      ) : (
        <>
          {isFresh && state.lastEvent === null && may('admin') && (
            <Empty title="No mail in the last hour">
              <p>
                Send some with <code>POST /api/v1/emails/batch</code>; the <a href="/docs">reference</a> has a
                request to copy. It shows up here within two seconds.
              </p>
            </Empty>
          )}
          <HoldsNow holds={state.holds} />
          <Figures {...state} />
          <Throughput {...state} />
          {!state.seesInstallation && (
            <p class="faint">
              Mail in each minute, workers and the pace are of all workspaces together: a key of scope{' '}
              <code>operator</code> shows them.
            </p>
          )}
          {may('operator') && <WorkspacesNow />}
          <div class="columns">
            <div class="stack">
              {may('admin') && <FailuresNow failures={state.failures} />}
              <WorkersNow workers={state.workers} />
              <SmtpNow smtp={state.smtp} />
            </div>
            <div class="stack">
              <Backlog {...state} />
              {state.seesInstallation && <SesNow {...state} />}
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

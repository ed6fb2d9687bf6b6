import type { Now, WaitingSends } from '@postroom/contracts';
import { may } from '../api/session.ts';
import { now } from '../live/now-stream.ts';
import { Empty, HowToSend, Loading } from '../ui/notice.tsx';
import { Page, Section } from '../ui/page.tsx';
import { Plot } from '../ui/plot.tsx';
import { Rows } from '../ui/table.tsx';
import { ageOf, counted, countOf, minuteOf, spanOf } from '../ui/words.ts';
import { FailuresNow } from './now/failures-now.tsx';
import { HoldsNow, SilentServers } from './now/holds-now.tsx';
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

const fromRedis = 'Redis does not answer';
const fromPostgres = 'not counted: PostgreSQL does not answer in time';

/** This minute so far, and the hour; what is not known of it is said so. */
function rateOf(values: readonly (number | null)[] | null, unknown: string) {
  const known = (values ?? []).filter((value) => value !== null);
  if (values === null || known.length === 0) return { value: '–', note: unknown };
  const sum = known.reduce((all, value) => all + value, 0);
  const latest = values.at(-1) ?? null;
  const span = known.length === values.length ? 'an hour' : countOf(known.length, 'known minute');
  return { value: latest === null ? '–' : counted(latest), note: `${counted(sum)} in ${span}` };
}

const Rates = ({ throughput }: Pick<Now, 'throughput'>) =>
  throughput === null ? null : (
    <>
      <Figure name="Accepted this minute" {...rateOf(throughput.accepted, fromPostgres)} />
      <Figure name="Finished this minute" {...rateOf(throughput.finished, fromRedis)} />
      <Figure
        name="Failed this minute"
        {...rateOf(throughput.failed, fromRedis)}
        isBad={(throughput.failed?.at(-1) ?? 0) > 0}
      />
    </>
  );

function WaitingFigures({ waiting }: Pick<Now, 'waiting'>) {
  if (waiting === null) {
    return (
      <>
        <Figure name="Waiting" value="–" note={fromPostgres} />
        <Figure name="In doubt" value="–" note={fromPostgres} />
      </>
    );
  }
  const queued = waiting.filter(({ status }) => status === 'Queued');
  const oldest = Math.max(0, ...queued.map((group) => group.oldestDueSeconds ?? 0));
  const inDoubt = sumOf(waiting, 'Processing', 'inDoubt');
  return (
    <>
      <Figure
        name="Waiting"
        value={counted(sumOf(waiting, 'Queued'))}
        note={oldest > 0 ? `the oldest for ${spanOf(oldest)}` : 'nothing is late'}
        isBad={oldest > 300}
      />
      <Figure
        name="In doubt"
        value={counted(inDoubt)}
        note={inDoubt === 0 ? 'all answers are known' : 'SES may have taken them'}
        isBad={inDoubt > 0}
      />
    </>
  );
}

function Throughput({ throughput }: Now) {
  if (throughput === null) return null;
  const { firstMinute, accepted, finished, failed } = throughput;
  // The minute that is not over would look like a fall.
  const over = (values: readonly (number | null)[] | null) =>
    (values ?? accepted.map(() => null)).slice(0, -1);
  return (
    <Section title="Last hour" aside="of the whole installation; finished: taken by SES, canceled or skipped">
      <Plot
        title="Mail accepted, finished and failed in each minute of the last hour"
        times={accepted.slice(0, -1).map((_, at) => (firstMinute + at) * 60)}
        timeShown={(seconds) => minuteOf(seconds / 60)}
        shown={(value) => counted(Math.round(value))}
        lines={[
          { name: 'Accepted', values: over(accepted), colour: '--line-2', dash: [6, 4] },
          { name: 'Finished', values: over(finished), colour: '--line-1', dash: [] },
          { name: 'Failed', values: over(failed), colour: '--line-3', dash: [2, 3] },
        ]}
      />
    </Section>
  );
}

const lanes = [
  { lane: 'transactional', name: 'Transactional' },
  { lane: 'marketing', name: 'Marketing' },
] as const;

function Backlog(state: Now) {
  const { waiting } = state;
  if (waiting === null) return null;
  const of = (lane: string, status: string) =>
    waiting.find((group) => group.lane === lane && group.status === status);
  const countIn = (lane: string, status: string) => counted(of(lane, status)?.count ?? 0);
  const oldestIn = (lane: string) => {
    const oldest = of(lane, 'Queued')?.oldestDueSeconds ?? null;
    return oldest === null ? '–' : spanOf(oldest);
  };
  return (
    <Section
      title="Backlog"
      aside={`${may('admin') ? 'of this workspace' : 'of all workspaces'}${ageOf(state.at, state.countedAt)}`}
    >
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
    [...state.throughput.accepted, ...(state.throughput.finished ?? [null])].every((count) => count === 0);
  return (
    <Page title="Now">
      {state === null ? (
        <Loading />
      ) : (
        <>
          {isFresh && state.lastEvent === 'none' && may('admin') && (
            <Empty title="No mail in the last hour">
              <HowToSend />
            </Empty>
          )}
          <SilentServers silent={state.silent} />
          <HoldsNow {...state} />
          <dl class="figures">
            <Rates {...state} />
            <WaitingFigures {...state} />
          </dl>
          <Throughput {...state} />
          {!state.seesInstallation && (
            <p class="faint">
              Mail in each minute, workers and the pace are of all workspaces together: a key of scope{' '}
              <code>operator</code> shows them.
            </p>
          )}
          {may('operator') && <WorkspacesNow backlogs={state.backlogs} />}
          <div class="columns">
            <div class="stack">
              {may('admin') && <FailuresNow {...state} />}
              <WorkersNow {...state} />
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

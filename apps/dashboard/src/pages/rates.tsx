import type { PageResource, Rate, RateHours, Rates, SenderProfileResource } from '@postroom/contracts';
import { session } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { act } from '../ui/act.ts';
import { Status } from '../ui/badge.tsx';
import { Empty, Loading, Wrong } from '../ui/notice.tsx';
import { Page, Section } from '../ui/page.tsx';
import { Plot } from '../ui/plot.tsx';
import { Rows } from '../ui/table.tsx';
import { counted, momentOf, percentOf } from '../ui/words.ts';

type Part = Rate & { readonly name: string; readonly resume: Readonly<Record<string, unknown>> };

const partsOf = (
  { workspace, senderProfiles, domains }: Rates,
  senders: readonly SenderProfileResource[],
): readonly Part[] => [
  { ...workspace, name: 'The workspace', resume: { workspace: true } },
  ...domains.map((rate) => ({ ...rate, name: rate.domain, resume: { domain: rate.domain } })),
  ...senderProfiles.map((rate) => ({
    ...rate,
    name: `Sender ${senders.find(({ id }) => id === rate.senderProfileId)?.name ?? rate.senderProfileId}`,
    resume: { senderProfileId: rate.senderProfileId },
  })),
];

const hourMs = 3_600_000;

/** The rates of each hour with its 23 before, as those that are judged. */
function overDays({ hours }: RateHours) {
  return hours.map(({ hour }) => {
    const end = Date.parse(hour);
    const day = hours.filter(
      (some) => Date.parse(some.hour) <= end && Date.parse(some.hour) > end - 24 * hourMs,
    );
    const sum = (of: 'delivered' | 'bounced' | 'complained') => day.reduce((all, some) => all + some[of], 0);
    const [delivered, bounced, complained] = [sum('delivered'), sum('bounced'), sum('complained')];
    return {
      seconds: end / 1_000,
      bounceRate: bounced / Math.max(1, delivered + bounced),
      complaintRate: Math.min(1, complained / Math.max(1, delivered, complained)),
    };
  });
}

function OverTime({ of, rates }: { readonly of: 'bounceRate' | 'complaintRate'; readonly rates: RateHours }) {
  const days = overDays(rates);
  const isBounces = of === 'bounceRate';
  return (
    <Section
      title={isBounces ? 'Bounces' : 'Complaints'}
      aside={`a warning from ${percentOf(rates.warning[of])}, marketing is paused from ${percentOf(rates.pause[of])}`}
    >
      <Plot
        title={`${isBounces ? 'Bounces' : 'Complaints'} over 24 hours, for each hour of three days, and their bounds`}
        times={days.map(({ seconds }) => seconds)}
        timeShown={(seconds) => momentOf(new Date(seconds * 1_000).toISOString()).replace(/:\d\d(?= |$)/, '')}
        shown={percentOf}
        lines={[
          {
            name: isBounces ? 'Bounces' : 'Complaints',
            values: days.map((day) => day[of]),
            colour: '--line-1',
            dash: [],
          },
          { name: 'Warning', values: days.map(() => rates.warning[of]), colour: '--line-2', dash: [6, 4] },
          { name: 'Pause', values: days.map(() => rates.pause[of]), colour: '--line-3', dash: [2, 3] },
        ]}
      />
    </Section>
  );
}

/** How much bounces and is complained about, against what is too much. */
export function RatesPage() {
  const rates = useAnswer<Rates>('/api/v1/rates');
  const hours = useAnswer<RateHours>('/dashboard/api/rate-hours');
  const senders = useAnswer<PageResource<SenderProfileResource>>('/api/v1/sender-profiles?limit=100');
  const resume = async (json: unknown) => {
    await act('POST', '/api/v1/rates/resume', { json, done: 'Marketing mail goes on.' });
    await rates.reload();
  };
  return (
    <Page title="Rates">
      {rates.failure !== null && <Wrong failure={rates.failure} retry={rates.reload} />}
      {rates.failure === null && rates.value === null && <Loading />}
      {hours.value !== null && hours.value.hours.length < 2 && (
        <Empty title="Nothing to draw yet">
          <p>
            Deliveries, bounces and complaints are counted by the hour as SES reports them: the picture begins
            with the second hour.
          </p>
        </Empty>
      )}
      {hours.value !== null && hours.value.hours.length > 1 && (
        <div class="columns even">
          <OverTime of="bounceRate" rates={hours.value} />
          <OverTime of="complaintRate" rates={hours.value} />
        </div>
      )}
      {rates.value !== null && (
        <Rows
          label="Rates of the last 24 hours"
          items={partsOf(rates.value, senders.value?.data ?? [])}
          keyOf={(part) => JSON.stringify(part.resume)}
          columns={[
            { name: 'Last 24 hours', cell: ({ name }) => name },
            { name: 'State', cell: ({ state }) => <Status of={state} /> },
            { name: 'Delivered', kind: 'number', cell: ({ delivered }) => counted(delivered) },
            {
              name: 'Bounced',
              kind: 'number',
              cell: ({ bounced, bounceRate }) => `${counted(bounced)} · ${percentOf(bounceRate)}`,
            },
            {
              name: 'Complained',
              kind: 'number',
              cell: ({ complained, complaintRate }) => `${counted(complained)} · ${percentOf(complaintRate)}`,
            },
            {
              name: '',
              kind: 'end',
              cell: (part) =>
                part.state === 'paused' &&
                session.value?.mode === 'live' && (
                  <button
                    type="button"
                    class="small"
                    aria-label={`Resume ${part.name}`}
                    onClick={() => void resume(part.resume)}
                  >
                    Resume
                  </button>
                ),
            },
          ]}
        />
      )}
      {hours.value !== null && (
        <p class="hint">
          With fewer than {counted(hours.value.leastDeliveries)} deliveries in a day nothing is concluded.
        </p>
      )}
    </Page>
  );
}

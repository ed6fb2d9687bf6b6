import type { Rate, RateHours, Rates, SenderProfileResource } from '@postroom/contracts';
import { session } from '../api/session.ts';
import { useAll } from '../api/use-all.ts';
import { useAnswer } from '../api/use-answer.ts';
import { act } from '../ui/act.ts';
import { Status } from '../ui/badge.tsx';
import { Empty, Loading, Wrong } from '../ui/notice.tsx';
import { Page, Section } from '../ui/page.tsx';
import { Plot } from '../ui/plot.tsx';
import { Rows } from '../ui/table.tsx';
import { counted, percentOf } from '../ui/words.ts';

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

const hourWords = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const hourOf = (seconds: number) => hourWords.format(new Date(seconds * 1_000));

/** Each hour from the first to the last of which something is known. */
const hoursOf = ({ hours }: RateHours): readonly number[] => {
  const [first, last] = [Date.parse(hours[0]?.hour ?? ''), Date.parse(hours.at(-1)?.hour ?? '')];
  const count = Math.max(0, Math.round((last - first) / hourMs) + 1) || 0;
  return Array.from({ length: count }, (_, at) => first + at * hourMs);
};

/** Hours that are drawn: fewer than are told, since each is judged with its 23 before. */
const drawn = 72;

/** The rates of each hour with its 23 before, as those that are judged; null: SES reported of no mail. */
function overDays(rates: RateHours) {
  return hoursOf(rates)
    .slice(-drawn)
    .map((end) => {
      const day = rates.hours.filter(({ hour }) => {
        const at = Date.parse(hour);
        return at <= end && at > end - 24 * hourMs;
      });
      const sum = (of: 'delivered' | 'bounced' | 'complained') =>
        day.reduce((all, some) => all + some[of], 0);
      const [delivered, bounced, complained] = [sum('delivered'), sum('bounced'), sum('complained')];
      const isKnown = delivered + bounced + complained > 0;
      return {
        seconds: end / 1_000,
        bounceRate: isKnown ? bounced / Math.max(1, delivered + bounced) : null,
        complaintRate: isKnown ? Math.min(1, complained / Math.max(1, delivered, complained)) : null,
      };
    });
}

function OverTime({ of, rates }: { readonly of: 'bounceRate' | 'complaintRate'; readonly rates: RateHours }) {
  const days = overDays(rates);
  const isBounces = of === 'bounceRate';
  return (
    <Section
      title={isBounces ? 'Bounces' : 'Complaints'}
      aside={`warning from ${percentOf(rates.warning[of])}, marketing paused from ${percentOf(rates.pause[of])}`}
    >
      <Plot
        title={`${isBounces ? 'Bounces' : 'Complaints'} over 24 hours, for each hour of three days, and their bounds`}
        times={days.map(({ seconds }) => seconds)}
        timeShown={hourOf}
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
  const senders = useAll<SenderProfileResource>('/api/v1/sender-profiles');
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
            with the second hour. If nothing comes after mail was sent, SES does not report yet:{' '}
            <code>postroom doctor --running</code> says what is missing.
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
          items={partsOf(rates.value, senders)}
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

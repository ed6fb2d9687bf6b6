import type { Now, Pace } from '@postroom/contracts';
import { Moment } from '../../ui/moment.tsx';
import { type Fact, Facts, Section } from '../../ui/page.tsx';
import { counted, countOf } from '../../ui/words.ts';

const rateOf = ({ recipientsPerSecond }: { readonly recipientsPerSecond: number }) =>
  `${countOf(recipientsPerSecond, 'recipient')} a second`;

function Quota({ quota, of }: { readonly quota: Pace['quota']; readonly of: string }) {
  if (quota === null) return <>not told yet</>;
  const { sent24Hours, max24Hours } = quota;
  if (max24Hours <= 0) return <>{counted(sent24Hours)} used, without a limit</>;
  return (
    <>
      <meter
        min={0}
        max={1}
        high={0.8}
        optimum={0}
        value={sent24Hours / max24Hours}
        aria-label={`Quota ${of} that is used`}
      />
      {counted(sent24Hours)} of {counted(max24Hours)}
    </>
  );
}

/** What is known of SES: pace and quota of each account, and when it was last heard of. */
export const SesNow = ({ pace, accounts, lastEvent }: Now) => (
  <Section title="Amazon SES">
    <Facts
      of={[
        [
          'Pace',
          pace === null
            ? 'not known while no worker runs'
            : `${rateOf(pace)}${pace.isSet ? ', as was set' : ''}`,
        ],
        ['Quota of 24 hours', <Quota key="" quota={pace?.quota ?? null} of="of 24 hours" />],
        ...(accounts ?? []).map(
          ({ name, ...account }): Fact => [
            `Account ${name}`,
            <>
              {rateOf(account)}; <Quota quota={account.quota} of={`of ${name}`} />
            </>,
          ],
        ),
        [
          'Last event',
          lastEvent === null ? (
            'none has come: deliveries and bounces are not known'
          ) : (
            <>
              {lastEvent.type}, <Moment at={lastEvent.at} />
            </>
          ),
        ],
      ]}
    />
  </Section>
);

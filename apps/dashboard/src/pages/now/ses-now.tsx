import type { Now, NowServer, Pace } from '@postroom/contracts';
import { Moment } from '../../ui/moment.tsx';
import { type Fact, Facts, Section } from '../../ui/page.tsx';
import { counted, countOf } from '../../ui/words.ts';

const rateOf = ({ recipientsPerSecond }: { readonly recipientsPerSecond: number }) =>
  `${countOf(recipientsPerSecond, 'recipient')} a second`;

const notKnown = (server: NowServer) => `not known: ${server} does not answer`;

type QuotaProps = { readonly quota: Pace['quota']; readonly of: string; readonly isKnown?: boolean };

function Quota({ quota, of, isKnown = true }: QuotaProps) {
  if (quota === null) return <>{isKnown ? 'not told yet' : notKnown('Redis')}</>;
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

const paceShown = ({ pace, workers }: Now) => {
  if (pace !== null) return `${rateOf(pace)}${pace.isSet ? ', as was set' : ''}`;
  return workers === null ? notKnown('Redis') : 'not known while no worker runs';
};

function LastEvent({ lastEvent }: Pick<Now, 'lastEvent'>) {
  if (lastEvent === null) return <>{notKnown('PostgreSQL')}</>;
  if (lastEvent === 'none') return <>none has come: deliveries and bounces are not known</>;
  return (
    <>
      {lastEvent.type}, <Moment at={lastEvent.at} />
    </>
  );
}

/** What is known of SES: pace and quota of each account, and when it was last heard of. */
export const SesNow = (state: Now) => (
  <Section title="Amazon SES">
    <Facts
      of={[
        ['Pace', paceShown(state)],
        [
          'Quota of 24 hours',
          <Quota
            key=""
            quota={state.pace?.quota ?? null}
            of="of 24 hours"
            isKnown={state.workers !== null}
          />,
        ],
        ...(state.accounts ?? []).map(
          ({ name, ...account }): Fact => [
            `Account ${name}`,
            <>
              {rateOf(account)}; <Quota quota={account.quota} of={`of ${name}`} />
            </>,
          ],
        ),
        ['Last event', <LastEvent key="" {...state} />],
      ]}
    />
  </Section>
);

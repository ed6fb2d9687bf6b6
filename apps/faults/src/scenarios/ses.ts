import type { FaultPlan } from '@postroom/servers';
import { spendQuota, swallowSes, takeSesDown, withAccount, withSesFaults } from '../inject/ses.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { type Interrupted, interrupted } from './interrupted.ts';

/** What SES surely did not take costs a send nothing. */
const costsNothing = { isNoAttemptSpent: true } as const;

/** For a while SES answers so to a part of the calls. */
const answering = (
  name: string,
  about: string,
  faults: FaultPlan['faults'],
  more: Partial<Interrupted> = {},
): Scenario =>
  interrupted({ name, about, short: [4], long: [60], disturb: withSesFaults(about, faults), ...more });

/** What a worker cannot tell from mail that was not taken: it is settled by SES's own events. */
const doubtful: readonly Scenario[] = [
  answering('ses-accept-reset', 'SES takes the message and resets the connection, one time in five', [
    { kind: 'resetAfterAccepting', probability: 0.2 },
  ]),
  answering('ses-accept-hang', 'SES takes the message and never answers, one time in ten', [
    { kind: 'hangAfterAccepting', probability: 0.1 },
  ]),
  answering('ses-accept-500', 'SES takes the message and answers 500, 502 or 503, one time in five', [
    { kind: 'errorAfterAccepting', probability: 0.1 },
    { kind: 'errorAfterAccepting', probability: 0.05, status: 502, body: 'html' },
    { kind: 'errorAfterAccepting', probability: 0.05, status: 503, body: 'none' },
  ]),
  answering('ses-slow-loris', 'SES takes the message and answers a byte a second, one time in ten', [
    { kind: 'slowLoris', probability: 0.1 },
  ]),
  answering('ses-no-body', 'SES takes the message and answers 200 without a body, one time in five', [
    { kind: 'emptyBody', probability: 0.2 },
  ]),
  interrupted({
    name: 'ses-black-hole',
    about: 'connections to SES stand and carry nothing for a while; what was written arrives later',
    system: { through: ['ses'] },
    short: [3],
    long: [5, 20],
    disturb: swallowSes,
  }),
];

/** Scenarios about SES. */
export const sesScenarios: readonly Scenario[] = [
  answering('ses-throttle', 'SES throttles 30 % of the calls', [{ kind: 'throttle', probability: 0.3 }], {
    expects: costsNothing,
  }),
  interrupted({
    name: 'ses-quota',
    about: 'the daily quota is spent for a while, then free again',
    short: [4],
    long: [60],
    expects: costsNothing,
    disturb: spendQuota,
  }),
  interrupted({
    name: 'ses-paused',
    about: 'sending is paused for a while',
    short: [4],
    long: [60],
    expects: costsNothing,
    disturb: withAccount('sending is paused', { isSendingEnabled: false }, { isSendingEnabled: true }),
  }),
  answering(
    'ses-credentials',
    'AWS refuses the credentials for a while',
    [
      { kind: 'credentials', operation: 'SendEmail' },
      { kind: 'credentials', operation: 'GetAccount' },
    ],
    { expects: costsNothing },
  ),
  interrupted({
    name: 'ses-down',
    about: 'nothing listens at SES',
    short: [5],
    long: [60],
    disturb: takeSesDown,
  }),
  ...doubtful,
];

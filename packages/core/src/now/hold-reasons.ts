import type { Hold } from '../deliver/decide.ts';

type Told = { readonly means: string; readonly todo: string };

const holdReasons: Readonly<Record<Hold['reason'], Told>> = {
  quota_spent: {
    means: 'The quota of 24 hours is used up.',
    todo: 'It ends by itself as mail of yesterday falls out of the count. Ask AWS for a higher quota.',
  },
  sending_paused: {
    means: 'Sending is paused at AWS, for the account or the configuration set.',
    todo: 'Whoever paused it has to resume it in the SES console.',
  },
  account_suspended: {
    means: 'AWS has suspended the account.',
    todo: 'Answer the case that AWS has opened in the Support Center.',
  },
  credentials_refused: {
    means:
      'AWS refuses the credentials: there are none, they have expired, or the clock is wrong. Or its SDK refuses the endpoint.',
    todo: 'Give the workers other credentials or another endpoint, and check the time of their machines.',
  },
  not_permitted: {
    means: 'The policy of the credentials does not cover the sender or the configuration set.',
    todo: 'Add it to the IAM policy.',
  },
  configuration_set_missing: {
    means: 'SES has no configuration set of that name.',
    todo: 'Make it at AWS, or name another one in the sender profile.',
  },
  sender_unverified: {
    means: 'SES does not accept mail from this sender.',
    todo: 'Verify its address or domain, then refresh it under Senders and domains.',
  },
};

const told: ReadonlyMap<string, Told> = new Map(Object.entries(holdReasons));

/** What a reason of a hold means, and what ends it; nothing is told of a reason that this version does not know. */
export const toldOfReason = (reason: string): Told => told.get(reason) ?? { means: '', todo: '' };

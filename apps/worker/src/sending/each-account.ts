import type { RecurringErrors } from '@postroom/process';
import { type RepeatOptions, runRepeatedly } from '../run-repeatedly.ts';

/** How soon mail of an account is sent that was made meanwhile, in milliseconds. */
const lookEveryMs = 5_000;
const longestPauseMs = 60_000;

type Startable = { start(): void; stop(): Promise<void> };

type Options<Account, Sending> = {
  readonly list: () => Promise<readonly Account[]>;
  readonly open: (account: Account) => Promise<Sending>;
  /** Hears of each that was started. */
  readonly onStarted: (sending: Sending, account: Account) => void;
  readonly errors: RecurringErrors;
  /** Waits between two looks; a timer unless told. */
  readonly pause?: NonNullable<RepeatOptions['pause']>;
};

/**
 * Starts what sends through each account that is found, now and later; none waits for another to be opened. Told to stop it
 * stops all of them together, those of before too, and waits for none that is being opened just then: it is closed without a
 * start once it is open. So no account takes mail while another ends its sends.
 */
export function sendThroughEach<Account extends { readonly id: string }, Sending extends Startable>(
  before: Startable,
  { list, open, onStarted, errors, ...how }: Options<Account, Sending>,
): { stop(): Promise<void> } {
  const all: Startable[] = [before];
  /** Those that are open or being opened. */
  const known = new Set<string>();
  let isStopping = false;
  const openOne = async (account: Account) => {
    const sending = await open(account);
    if (isStopping) return sending.stop();
    all.push(sending);
    sending.start();
    onStarted(sending, account);
  };
  const looking = runRepeatedly(
    async () => {
      for (const account of await list()) {
        if (isStopping || known.has(account.id)) continue;
        known.add(account.id);
        void openOne(account).catch((error) => {
          // The next look tries it again.
          known.delete(account.id);
          if (!isStopping) errors.note({ event: 'account_unopened', error, fields: { account: account.id } });
        });
      }
      return { kind: 'idle' };
    },
    { intervalMs: lookEveryMs, longestPauseMs, failure: 'accounts_unread', errors, ...how },
  );
  before.start();
  return {
    stop: async () => {
      isStopping = true;
      await Promise.all([looking.stop(), ...all.map((sending) => sending.stop())]);
    },
  };
}

import type { SendStatus } from '@postroom/contracts';

/** What one send is, as far as the rules of the status machine speak of it. */
export type Model = {
  status: SendStatus;
  isInDoubt: boolean;
  /** The token of the claim that holds it; null: nobody does. */
  lease: string | null;
  epoch: number;
  attempts: number;
  /** Attempts that count, over all retries by hand. */
  spent: number;
  resends: number;
  failureClass: string | null;
  /** Whether SES has reported anything of it. */
  isProven: boolean;
  /** Every claim that was ever won: workers that wake up late still hold theirs. */
  claims: { token: string; attempt: number }[];
  /** Whether the call of the claim that holds it may have begun. */
  isBegun: boolean;
};

/** A send that was just accepted. */
export const newModel = (): Model => ({
  status: 'Queued',
  isInDoubt: false,
  lease: null,
  epoch: 0,
  attempts: 0,
  spent: 0,
  resends: 0,
  failureClass: null,
  isProven: false,
  claims: [],
  isBegun: false,
});

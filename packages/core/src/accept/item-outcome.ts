import { boundDetails, boundMessage, type ItemErrorCode } from '@postroom/contracts';
import type { StoredSend } from '../send/send.ts';

/** Why one item made no row. */
export type Rejection = {
  readonly kind: 'rejected';
  readonly code: ItemErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** What became of one send of a request. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly replayed: boolean; readonly send: StoredSend }
  | Rejection;

/** What became of one item of a batch. */
export type ItemOutcome =
  | (Extract<SendOutcome, { readonly kind: 'accepted' }> & { readonly idempotencyKey: string })
  | (Rejection & { readonly idempotencyKey: string | null });

/** Makes a rejection, of bounded length; the item's key is not used up. */
export function reject(
  code: ItemErrorCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): Rejection {
  const rejection = { kind: 'rejected', code, message: boundMessage(message) } as const;
  return details === undefined ? rejection : { ...rejection, details: boundDetails(details) };
}

/** The rejection of an item whose key stands for another request. */
export const keyReused = (): Rejection =>
  reject(
    'idempotency_key_reuse',
    'this idempotencyKey was used for a different request: use a new key for a new email',
  );

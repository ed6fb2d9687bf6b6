import type { ProviderError, ProviderOutcome } from './provider-outcome.ts';

/** A call other than `send` failed; `kind` says why in the words of a send's outcome. No addresses or keys. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
  readonly kind: Exclude<ProviderOutcome['kind'], 'accepted'>;
  readonly error: ProviderError;

  // There is no `cause`: the SDK's error holds SES's words unmasked.
  constructor(operation: string, outcome: Exclude<ProviderOutcome, { kind: 'accepted' }>) {
    super(`${operation}: ${outcome.error.message}`);
    this.kind = outcome.kind;
    this.error = outcome.error;
  }
}

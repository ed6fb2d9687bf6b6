import {
  CreateEmailIdentityCommand,
  DeleteSuppressedDestinationCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
} from '@aws-sdk/client-sesv2';
import {
  type Admission,
  type OutgoingMessage,
  type ProviderOutcome,
  type ProviderQuota,
  ProviderUnavailableError,
} from '@postroom/core';
import * as z from 'zod';
import type { CallLimits, CallResult } from './client/exchange.ts';
import type { SesClient } from './client/ses-client.ts';
import { classifySesError } from './errors/classify-ses-error.ts';
import { readThrown } from './errors/read-thrown.ts';
import { type IdentityAnswer, type SesIdentity, toSesIdentity } from './identities/ses-identity.ts';
import { toSendEmailInput } from './send/send-email-input.ts';

/** Amazon SES v2 as the pipeline uses it. */
export type SesProvider = {
  /**
   * Gives one message to SES, once. Never rejects; an abort before the request is written is `unreachable`, and so is a
   * call that is not admitted. The time that it waits to be admitted again does not count.
   */
  readonly send: (
    message: OutgoingMessage,
    admission?: Admission,
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<ProviderOutcome>;
  /** What the account may send; throws `ProviderUnavailableError`. */
  readonly quota: () => Promise<ProviderQuota>;
  /** Registers a domain or an address; null: SES has it already. Throws `ProviderUnavailableError`. */
  readonly createIdentity: (domainOrEmail: string) => Promise<SesIdentity | null>;
  /** The identity as it stands, null when SES does not know it; throws `ProviderUnavailableError`. */
  readonly getIdentity: (domainOrEmail: string) => Promise<SesIdentity | null>;
  /** Takes an address off the account's suppression list; throws `ProviderUnavailableError`. */
  readonly liftSuppression: (email: string) => Promise<void>;
  /** Whether an address is on the account's suppression list; throws `ProviderUnavailableError`. */
  readonly isSuppressed: (email: string) => Promise<boolean>;
  /** Closes the connections; to be called when no call is left. */
  readonly close: () => void;
};

/** Puts the operations of SES API v2 that the pipeline needs on top of a client. */
export function createSesProvider(client: SesClient): SesProvider {
  return {
    send: (message, admission, options) => send(client, message, { ...options, admission }),
    quota: () => quota(client),
    createIdentity: (identity) => createIdentity(client, identity),
    getIdentity: (identity) => getIdentity(client, identity),
    liftSuppression: (email) => liftSuppression(client, email),
    isSuppressed: (email) => isSuppressed(client, email),
    close: client.close,
  };
}

async function send(
  client: SesClient,
  message: OutgoingMessage,
  limits: Omit<CallLimits, 'timeoutMs'>,
): Promise<ProviderOutcome> {
  const request = await toSendEmailInput(message);
  if (request.kind === 'refused') return refusedHere(request.reason);
  const result = await client.postSendEmail(request.input, limits);
  if (result.kind === 'failed') return classifySesError(result.error, result.phase, partiesOf(message));
  const accepted = acceptedSchema.safeParse(result.output.body);
  return accepted.success
    ? { kind: 'accepted', providerMessageId: accepted.data.MessageId }
    : acceptedWithoutId(result.output.httpStatus);
}

/** SES API v2, `SendEmail`, the answer: nothing else of it is looked at. */
const acceptedSchema = z.object({ MessageId: z.string().min(1) });

const partiesOf = ({ from, to, cc, bcc }: OutgoingMessage) => ({
  from: from.email,
  recipients: [...to, ...cc, ...bcc].map(({ email }) => email),
});

async function quota(client: SesClient): Promise<ProviderQuota> {
  const result = await client.call({}, (sdk, input) => sdk.send(new GetAccountCommand(input)));
  const account = outputOf('GetAccount', result);
  const { MaxSendRate, Max24HourSend, SentLast24Hours } = account.SendQuota ?? {};
  if (MaxSendRate === undefined || Max24HourSend === undefined || SentLast24Hours === undefined) {
    throw new ProviderUnavailableError('GetAccount', acceptedWithoutId(200, 'The answer holds no quota.'));
  }
  return {
    maxSendRatePerSecond: MaxSendRate,
    max24HourSend: Max24HourSend,
    sentLast24Hours: SentLast24Hours,
    isSendingEnabled: account.SendingEnabled !== false && account.EnforcementStatus !== 'SHUTDOWN',
  };
}

async function createIdentity(client: SesClient, identity: string): Promise<SesIdentity | null> {
  const result = await client.call({ EmailIdentity: identity }, (sdk, input) =>
    sdk.send(new CreateEmailIdentityCommand(input)),
  );
  if (isRefusedAs('AlreadyExistsException', result)) return null;
  const answer: IdentityAnswer = outputOf('CreateEmailIdentity', result);
  return toSesIdentity(identity, answer);
}

async function getIdentity(client: SesClient, identity: string): Promise<SesIdentity | null> {
  const result = await client.call({ EmailIdentity: identity }, (sdk, input) =>
    sdk.send(new GetEmailIdentityCommand(input)),
  );
  if (isRefusedAs('NotFoundException', result)) return null;
  return toSesIdentity(identity, outputOf('GetEmailIdentity', result));
}

async function liftSuppression(client: SesClient, email: string): Promise<void> {
  const result = await client.call({ EmailAddress: email }, (sdk, input) =>
    sdk.send(new DeleteSuppressedDestinationCommand(input)),
  );
  if (!isRefusedAs('NotFoundException', result)) outputOf('DeleteSuppressedDestination', result);
}

async function isSuppressed(client: SesClient, email: string): Promise<boolean> {
  const result = await client.call({ EmailAddress: email }, (sdk, input) =>
    sdk.send(new GetSuppressedDestinationCommand(input)),
  );
  if (isRefusedAs('NotFoundException', result)) return false;
  outputOf('GetSuppressedDestination', result);
  return true;
}

function outputOf<T>(operation: string, result: CallResult<T>): T {
  if (result.kind === 'answered') return result.output;
  throw new ProviderUnavailableError(operation, classifySesError(result.error, result.phase));
}

function isRefusedAs(exception: string, result: CallResult<unknown>): boolean {
  return result.kind === 'failed' && readThrown(result.error).name === exception;
}

/** The message could not be put into a request, so it was not. */
function refusedHere(message: string): ProviderOutcome {
  return { kind: 'rejected', error: { code: 'MessageNotSendable', message, httpStatus: null } };
}

/** SES said yes in a form that does not say to what: the mail may be on its way. */
function acceptedWithoutId(httpStatus: number, message = 'The answer holds no MessageId.') {
  return { kind: 'in_doubt', error: { code: 'UnreadableAnswer', message, httpStatus } } as const;
}

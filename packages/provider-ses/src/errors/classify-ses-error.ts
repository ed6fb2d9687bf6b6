import type { ProviderError, ProviderOutcome } from '@postroom/core';
import type { ExchangePhase } from '../client/exchange.ts';
import { deniedPart, type Parties } from './denied-part.ts';
import { type ReadError, readThrown } from './read-thrown.ts';
import {
  credentialChainErrors,
  credentialExceptions,
  endpointErrors,
  permissionExceptions,
} from './refused-caller.ts';

type FailedOutcome = Exclude<ProviderOutcome, { kind: 'accepted' }>;
type FailedKind = Exclude<FailedOutcome['kind'], 'not_permitted'>;

/** SES API v2, `SendEmail`, Errors, and those of all of AWS: the exceptions that have a meaning of their own here. */
const kindByException: ReadonlyMap<string, FailedKind> = new Map<string, FailedKind>([
  ['LimitExceededException', 'quota_spent'],
  ['SendingPausedException', 'sending_paused'],
  ['AccountSuspendedException', 'account_suspended'],
  ['MailFromDomainNotVerifiedException', 'sender_unverified'],
  ['MessageRejected', 'rejected'],
  ['BadRequestException', 'rejected'],
  ['NotFoundException', 'rejected'],
  ['TooManyRequestsException', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['Throttling', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['RequestThrottledException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['BandwidthLimitExceeded', 'throttled'],
  ['EC2ThrottledException', 'throttled'],
  ['ProvisionedThroughputExceededException', 'throttled'],
  ['SlowDown', 'throttled'],
  ['TransactionInProgressException', 'throttled'],
  ['RequestTimeout', 'not_read'],
  ['RequestTimeoutException', 'not_read'],
  ['PriorRequestNotComplete', 'not_read'],
  // "Aborted before a reply is sent back": AWS does not say whether it was carried out.
  ['RequestAbortedException', 'in_doubt'],
]);

const dailyQuotaSpent = /daily (?:message|sending) quota exceeded/i;
const sendingTooFast = /maximum sending rate exceeded/i;

/**
 * Decides what a failed `SendEmail` call means. Pure, total, and certain only where it can be: before the request was
 * written, or when SES answered 4xx and did not break off. All else is in doubt. `parties` tell whom a refused identity is of.
 */
export function classifySesError(
  thrown: unknown,
  phase: ExchangePhase,
  parties: Parties | null = null,
): FailedOutcome {
  const read = readThrown(thrown);
  const error: ProviderError = { code: read.code, message: read.message, httpStatus: read.httpStatus };
  if (phase !== 'written') return { kind: kindBeforeWriting(read, phase), error };
  if (isPermission(read)) {
    const about = deniedPart(read.rawMessage, parties);
    return about === null ? { kind: 'credentials_refused', error } : { kind: 'not_permitted', about, error };
  }
  return { kind: kindOfAnswer(read), error };
}

const isRefusal = ({ httpStatus }: ReadError) =>
  httpStatus !== null && httpStatus >= 400 && httpStatus <= 499;

/** Whether the caller is who they say, and may not do this. Without a resource that it names nothing at all may be done. */
function isPermission(read: ReadError): boolean {
  if (!isRefusal(read)) return false;
  const isUnnamed = read.httpStatus === 403 && !kindByException.has(read.name);
  return permissionExceptions.has(read.name) || (isUnnamed && !credentialExceptions.has(read.name));
}

/** No byte of the request was written, so a status here is that of another service, asked for credentials. */
function kindBeforeWriting(read: ReadError, phase: ExchangePhase): FailedKind {
  if (phase === 'connecting') return 'unreachable';
  const isAboutSettings =
    read.httpStatus !== null ||
    endpointErrors.has(read.code) ||
    credentialChainErrors.has(read.name) ||
    permissionExceptions.has(read.name) ||
    credentialExceptions.has(read.name);
  return isAboutSettings ? 'credentials_refused' : 'unreachable';
}

function kindOfAnswer(read: ReadError): FailedKind {
  const { httpStatus, name, rawMessage } = read;
  if (!isRefusal(read)) return 'in_doubt';
  if (dailyQuotaSpent.test(rawMessage)) return 'quota_spent';
  if (sendingTooFast.test(rawMessage)) return 'throttled';
  // Whatever it says, and whoever says it: the request had not come whole.
  if (httpStatus === 408) return 'not_read';
  const known = kindByException.get(name);
  if (known !== undefined && known !== 'rejected') return known;
  if (httpStatus === 429) return 'throttled';
  if (credentialExceptions.has(name) || permissionExceptions.has(name)) return 'credentials_refused';
  if (httpStatus === 403 && known === undefined) return 'credentials_refused';
  return 'rejected';
}

import { readThrown } from '../errors/read-thrown.ts';
import {
  credentialChainErrors,
  credentialExceptions,
  permissionExceptions,
} from '../errors/refused-caller.ts';

/** One call of AWS as IAM names it: the action, and the ARN that it is about or `*`. */
export type AwsCall = { readonly action: string; readonly resource: string };

/** Why a call did not end as it should; `denied`: the caller is known, and may not do this. */
export type AwsCallFailure = 'denied' | 'credentials' | 'unreachable' | 'refused';

/** A call that AWS did not answer as it should. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  readonly kind: AwsCallFailure;
  readonly call: AwsCall;
  /** AWS's own name of the error, or the system's. */
  readonly code: string;

  constructor(call: AwsCall, cause: unknown) {
    const read = readThrown(cause);
    super(read.rawMessage.trim() === '' ? read.code : read.rawMessage.trim(), { cause });
    this.kind = kindOf(read);
    this.call = call;
    this.code = read.code;
  }
}

function kindOf({ name, httpStatus }: ReturnType<typeof readThrown>): AwsCallFailure {
  if (permissionExceptions.has(name)) return 'denied';
  if (credentialExceptions.has(name) || credentialChainErrors.has(name)) return 'credentials';
  if (httpStatus === null) return 'unreachable';
  return httpStatus === 403 ? 'denied' : 'refused';
}

/** What a call answers, or null when AWS says that what it is about does not exist. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsCallError && missingCodes.has(error.code)) return null;
    throw error;
  }
}

/** SES, SNS, SQS in both of its protocols, IAM. */
const missingCodes: ReadonlySet<string> = new Set([
  'NotFoundException',
  'NotFound',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'NoSuchEntity',
]);

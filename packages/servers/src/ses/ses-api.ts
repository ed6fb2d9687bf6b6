import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SesAccount } from './account.ts';
import { badRequest, credentialsRefused, type SesAnswer, sesError, sesSuccess } from './answers.ts';
import type { Arrivals } from './arrivals.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import { giveAnswer, strikeAfterAccepting, strikeBeforeAccepting } from './fault-effects.ts';
import type { FaultDice, FaultKind, SesOperation } from './fault-plan.ts';
import { parseJson, readText } from './http-io.ts';
import type { SesIdentities } from './identities.ts';
import type { Ledger } from './ledger.ts';
import { type ReceivedMessage, recipientsOf } from './received-message.ts';
import type { SesRights } from './rights.ts';
import { parseSendRequest } from './send-request.ts';
import type { SesSuppressionList } from './suppression-list.ts';

/** What the operations of the fake SES work on. */
export type SesApiDeps = {
  readonly account: SesAccount;
  readonly identities: SesIdentities;
  readonly rights: SesRights;
  readonly suppressionList: SesSuppressionList;
  readonly ledger: Ledger;
  readonly arrivals: Arrivals;
  readonly dice: FaultDice;
  readonly publisher: EventPublisher | null;
  /** Hears how each call ended: `accepted`, an error's name, or the fault that struck. */
  readonly onOutcome: (operation: SesOperation, outcome: string) => void;
  readonly stopping: AbortSignal;
};

/** One call as its address tells it: the operation, and the identity, or the address on the suppression list. */
export type SesCall = {
  readonly operation: SesOperation;
  readonly identity: string;
  readonly address: string;
};

const maxBodyBytes = 60 * 1024 * 1024;

/** Which operation of SES v2 a method and path mean, or null for a path that is not of SES. */
export function routeSesCall(method: string, path: string): SesCall | null {
  const call = (operation: SesOperation, identity = '', address = ''): SesCall => ({
    operation,
    identity,
    address,
  });
  if (method === 'POST' && path === '/v2/email/outbound-emails') return call('SendEmail');
  if (method === 'GET' && path === '/v2/email/account') return call('GetAccount');
  if (method === 'POST' && path === '/v2/email/identities') return call('CreateEmailIdentity');
  if (path.startsWith('/v2/email/suppression/addresses')) return routeSuppression(method, path, call);
  const name = /^\/v2\/email\/identities\/([^/]+)$/.exec(path)?.[1];
  if (name === undefined) return null;
  if (method === 'GET') return call('GetEmailIdentity', decodeURIComponent(name));
  return method === 'DELETE' ? call('DeleteEmailIdentity', decodeURIComponent(name)) : null;
}

function routeSuppression(
  method: string,
  path: string,
  call: (operation: SesOperation, identity: string, address: string) => SesCall,
): SesCall | null {
  const name = /^\/v2\/email\/suppression\/addresses(?:\/([^/]+))?$/.exec(path)?.[1];
  if (name === undefined) return method === 'PUT' ? call('PutSuppressedDestination', '', '') : null;
  const address = decodeURIComponent(name);
  if (method === 'GET') return call('GetSuppressedDestination', '', address);
  return method === 'DELETE' ? call('DeleteSuppressedDestination', '', address) : null;
}

/**
 * Answers one SES call, or lets a fault strike it. The order is that of the real thing: reading,
 * refusing, accepting (the ledger), answering; each fault names the place where it strikes.
 */
export async function handleSesCall(
  deps: SesApiDeps,
  call: SesCall,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { operation } = call;
  const early = deps.dice.rollBeforeReading({ operation, message: null });
  if (early.fault !== null) {
    deps.onOutcome(operation, early.fault.kind);
    return;
  }
  const text = await readText(request, maxBodyBytes);
  if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? '')) {
    giveAnswer(response, credentialsRefused('MissingAuthenticationTokenException'));
    deps.onOutcome(operation, 'MissingAuthenticationTokenException');
    return;
  }
  const json = parseJson(text);
  const parsed = operation === 'SendEmail' ? parseSendRequest(json) : null;
  const message = parsed?.kind === 'message' ? parsed.message : null;
  const noteOutcome = outcomeNoter(deps, operation, message);
  const { delayMs, fault } = deps.dice.roll({
    operation,
    message: message === null ? null : { from: message.from, recipients: recipientsOf(message) },
  });
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: deps.stopping });
  if (fault !== null && strikeBeforeAccepting(response, fault)) {
    noteOutcome(fault.kind);
    return;
  }
  const answer =
    parsed?.kind === 'refused'
      ? parsed.answer
      : parsed?.kind === 'message'
        ? (deps.rights.refusalOfMessage(parsed.message, parsed.form) ??
          accept(deps, parsed.message, fault?.kind ?? null))
        : (deps.rights.refusalOf(operation, identityOf(call, json)) ?? answerOther(deps, call, json));
  if (answer.errorCode === null && fault !== null) {
    noteOutcome(fault.kind);
    strikeAfterAccepting(response, fault, answer);
    return;
  }
  noteOutcome(answer.errorCode ?? 'accepted');
  giveAnswer(response, answer);
}

/** The identity that a call is about: of its address, or, when it is made, of its body. */
function identityOf({ identity }: SesCall, json: unknown): string {
  const isNamed = typeof json === 'object' && json !== null && 'EmailIdentity' in json;
  return identity === '' && isNamed ? String(json.EmailIdentity) : identity;
}

/** Notes the arrival of a message now, and how its call ended once that is known. */
function outcomeNoter(
  { arrivals, onOutcome }: SesApiDeps,
  operation: SesOperation,
  message: ReceivedMessage | null,
): (outcome: string) => void {
  const noteEnd = message === null ? null : arrivals.note(message);
  return (outcome) => {
    onOutcome(operation, outcome);
    noteEnd?.(outcome);
  };
}

function accept(deps: SesApiDeps, message: ReceivedMessage, fault: FaultKind | null): SesAnswer {
  const recipients = recipientsOf(message).length;
  const refusal = deps.account.refusalFor(recipients);
  if (refusal !== null) return refusal;
  deps.account.use(recipients);
  const messageId = newMessageId();
  const stored = deps.ledger.append(message, messageId, fault);
  deps.publisher?.messageAccepted(stored, (email) => deps.suppressionList.has(email));
  return sesSuccess({ MessageId: messageId });
}

function answerOther(deps: SesApiDeps, { operation, identity, address }: SesCall, json: unknown): SesAnswer {
  switch (operation) {
    case 'GetAccount':
      return deps.account.describe();
    case 'CreateEmailIdentity':
      return deps.identities.create(json);
    case 'GetEmailIdentity':
      return deps.identities.describe(identity);
    case 'DeleteEmailIdentity':
      return deps.identities.remove(identity);
    case 'PutSuppressedDestination':
      return deps.suppressionList.put(json);
    case 'GetSuppressedDestination':
      return deps.suppressionList.describe(address);
    case 'DeleteSuppressedDestination':
      return deps.suppressionList.remove(address);
    case 'SendEmail':
      return badRequest('The request is not JSON.');
    default: {
      const unknown: never = operation;
      return sesError(404, 'UnknownOperationException', `No such operation: ${unknown}`);
    }
  }
}

/** Shaped like SES's own: time, then random digits. */
function newMessageId(): string {
  return `0100${Date.now().toString(16).padStart(12, '0')}-${randomBytes(4).toString('hex')}-${randomUUID().slice(9)}-000000`;
}

import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeTopics } from '../aws/topics.ts';
import type { SesAccount } from './account.ts';
import { badRequest, credentialsRefused, type SesAnswer, sesError, sesSuccess } from './answers.ts';
import type { Arrivals } from './arrivals.ts';
import type { SesConfigurationSets } from './configuration-sets.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import { publishToTopics } from './events/publish-to-topics.ts';
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
  readonly sets: SesConfigurationSets;
  readonly topics: Pick<FakeTopics, 'publish'>;
  readonly ledger: Ledger;
  readonly arrivals: Arrivals;
  readonly dice: FaultDice;
  readonly publisher: EventPublisher | null;
  /** Hears how each call ended: `accepted`, an error's name, or the fault that struck. */
  readonly onOutcome: (operation: SesOperation, outcome: string) => void;
  /** Resolves when it is the turn of a call that was read. */
  readonly turn: () => Promise<void>;
  readonly stopping: AbortSignal;
};

/** One call as its address tells it: the operation, and what it is about by its name, or ''. */
export type SesCall = { readonly operation: SesOperation; readonly name: string };

const maxBodyBytes = 60 * 1024 * 1024;

/** By method and path; `*` is the identity, the address on the suppression list or the configuration set that they are about. */
const operations: Readonly<Record<string, SesOperation>> = {
  'POST /v2/email/outbound-emails': 'SendEmail',
  'GET /v2/email/account': 'GetAccount',
  'POST /v2/email/identities': 'CreateEmailIdentity',
  'GET /v2/email/identities/*': 'GetEmailIdentity',
  'DELETE /v2/email/identities/*': 'DeleteEmailIdentity',
  'PUT /v2/email/identities/*/mail-from': 'PutEmailIdentityMailFromAttributes',
  'POST /v2/email/configuration-sets': 'CreateConfigurationSet',
  'GET /v2/email/configuration-sets/*': 'GetConfigurationSet',
  'POST /v2/email/configuration-sets/*/event-destinations': 'CreateConfigurationSetEventDestination',
  'GET /v2/email/configuration-sets/*/event-destinations': 'GetConfigurationSetEventDestinations',
  'PUT /v2/email/suppression/addresses': 'PutSuppressedDestination',
  'GET /v2/email/suppression/addresses/*': 'GetSuppressedDestination',
  'DELETE /v2/email/suppression/addresses/*': 'DeleteSuppressedDestination',
};

/** Which operation of SES v2 a method and path mean, or null for a path that is not of SES. */
export function routeSesCall(method: string, path: string): SesCall | null {
  const [, list = path, name, part = ''] =
    /^(.*\/(?:identities|addresses|configuration-sets))\/([^/]+)(\/[a-z-]+)?$/.exec(path) ?? [];
  const operation = operations[`${method} ${list}${name === undefined ? '' : `/*${part}`}`];
  return operation === undefined ? null : { operation, name: decodeURIComponent(name ?? '') };
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
  await deps.turn();
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
        : (deps.rights.refusalOf(operation, resourceOf(call, json)) ?? answerOther(deps, call, json));
  if (answer.errorCode === null && fault !== null) {
    noteOutcome(fault.kind);
    strikeAfterAccepting(response, fault, answer);
    return;
  }
  noteOutcome(answer.errorCode ?? 'accepted');
  giveAnswer(response, answer);
}

/** The resource that a call is about, of its address or, when it is made, of its body; '' for another call. */
function resourceOf({ operation, name }: SesCall, json: unknown): string {
  if (operation.includes('ConfigurationSet')) {
    return `configuration-set/${name === '' ? nameIn(json, 'ConfigurationSetName') : name}`;
  }
  if (!operation.includes('EmailIdentity')) return '';
  return `identity/${name === '' ? nameIn(json, 'EmailIdentity') : name}`;
}

function nameIn(json: unknown, field: string): string {
  return typeof json === 'object' && json !== null ? String(Reflect.get(json, field)) : '';
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
  const isSuppressed = (email: string) => deps.suppressionList.has(email);
  deps.publisher?.messageAccepted(stored, isSuppressed);
  publishToTopics(deps, stored, isSuppressed);
  return sesSuccess({ MessageId: messageId });
}

function answerOther(deps: SesApiDeps, { operation, name }: SesCall, json: unknown): SesAnswer {
  switch (operation) {
    case 'GetAccount':
      return deps.account.describe();
    case 'CreateEmailIdentity':
      return deps.identities.create(json);
    case 'GetEmailIdentity':
      return deps.identities.describe(name);
    case 'DeleteEmailIdentity':
      return deps.identities.remove(name);
    case 'PutEmailIdentityMailFromAttributes':
      return deps.identities.setMailFrom(name, json);
    case 'CreateConfigurationSet':
      return deps.sets.create(json);
    case 'GetConfigurationSet':
      return deps.sets.describe(name);
    case 'CreateConfigurationSetEventDestination':
      return deps.sets.createDestination(name, json);
    case 'GetConfigurationSetEventDestinations':
      return deps.sets.describeDestinations(name);
    case 'PutSuppressedDestination':
      return deps.suppressionList.put(json);
    case 'GetSuppressedDestination':
      return deps.suppressionList.describe(name);
    case 'DeleteSuppressedDestination':
      return deps.suppressionList.remove(name);
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

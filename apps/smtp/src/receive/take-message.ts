import { addressKey, readSmtpMessage, type SmtpEnvelope } from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  acceptSends,
  type Caller,
  createPace,
  type GateByOwner,
  inSpan,
  type SendRef,
  sendOwnerOf,
  type Tracer,
} from '@postroom/core';
import { Refusal } from '../session/reply.ts';
import { refusalOf } from './answers.ts';

export type TakeMessageDeps = {
  readonly accept: AcceptBatchDeps;
  /** Whether a send went to one of these addresses, in their compared form. */
  readonly wentTo: (send: SendRef, emailKeys: readonly string[]) => Promise<boolean>;
  /** What is read and written at once: a large message is a piece of work of its own, which no small one waits for. */
  readonly gates: { readonly large: GateByOwner; readonly small: GateByOwner };
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
};

/** A message of more bytes is a large one. */
const smallBytes = 256 * 1024;

/** A message that came in, by whom and to whom. */
export type Arrival = { readonly caller: Caller; readonly envelope: SmtpEnvelope; readonly bytes: Buffer };

/**
 * Accepts a message as one send, and answers its id: it is on disk then. The same one within a workspace, known by its
 * `Message-ID`, envelope and content, is the send that it was. Throws a refusal.
 */
export function takeMessage(deps: TakeMessageDeps, arrival: Arrival): Promise<string> {
  const { gates, tracer } = deps;
  const gateOf = arrival.bytes.length > smallBytes ? gates.large : gates.small;
  return gateOf(arrival.caller.workspaceId)(() => {
    if (tracer === null) return writeMessage(deps, arrival);
    const run = () => writeMessage(deps, arrival);
    return inSpan(tracer, 'postroom.accept', { kind: 'server', parent: null, run });
  });
}

/**
 * Refuses a message that is on its way to somebody to whom we have sent it before: a server gives us what it should have delivered,
 * and would for ever, each round a send of its own. What was forwarded to others is none of that.
 */
async function refuseLoop(
  { wentTo }: TakeMessageDeps,
  { caller, envelope }: Arrival,
  id: string,
): Promise<void> {
  if (!(await wentTo({ ...sendOwnerOf(caller), id }, envelope.recipients.map(addressKey)))) return;
  const words = 'it has gone out to this recipient before, and came back: a mail loop';
  throw new Refusal(554, '5.4.6', `The message is not taken: ${words}.`);
}

async function writeMessage(deps: TakeMessageDeps, arrival: Arrival): Promise<string> {
  const { caller, envelope, bytes } = arrival;
  const pace = createPace();
  const message = readSmtpMessage(bytes, envelope);
  await pace();
  if (message.kind === 'bad') throw new Refusal(554, '5.6.0', `The message is not taken: ${message.reason}.`);
  if (message.cameFrom !== null) await refuseLoop(deps, arrival, message.cameFrom);
  const outcome = await acceptSends(deps.accept, {
    ...sendOwnerOf(caller),
    sends: [message.send],
    idempotencyHeader: message.identity === null ? null : `smtp/${message.identity}`,
    isWhole: true,
  });
  if (outcome.kind === 'refused') {
    const [rejection] = outcome.rejections.values();
    if (rejection === undefined) throw new Error('a send was refused for no reason');
    throw refusalOf(rejection);
  }
  const [only] = outcome.outcomes;
  if (only === undefined) throw new Error('the only send of a message has no outcome');
  if (only.kind === 'rejected') throw refusalOf(only);
  return only.send.id;
}

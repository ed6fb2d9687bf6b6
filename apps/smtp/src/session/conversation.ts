import { parseEmail } from '@postroom/contracts';
import type { Caller, FindCaller, Room } from '@postroom/core';
import type { RateLimiter } from '@postroom/redis';
import type {
  SMTPServerAddress,
  SMTPServerDataStream,
  SMTPServerOptions,
  SMTPServerSession,
} from 'smtp-server';
import { isLoopback } from '../listen/is-loopback.ts';
import { collectMessage } from '../receive/collect-message.ts';
import { authenticate, callerWith } from './authenticate.ts';
import { Refusal } from './reply.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';

export type ConversationDeps = {
  readonly findCaller: FindCaller;
  readonly throttle: Throttle;
  readonly sessions: Sessions;
  /** Bytes of messages in hand, by workspace. */
  readonly memory: Room;
  /** Left out: a key may bring as many messages as it likes. */
  readonly rateLimiter: RateLimiter | undefined;
  readonly take: (arrival: {
    readonly caller: Caller;
    readonly envelope: { readonly from: string; readonly recipients: readonly string[] };
    readonly bytes: Buffer;
  }) => Promise<string>;
  /** Any failure as the answer to it. */
  readonly refusalFor: (error: unknown) => Refusal;
  /** Commands that the library knows, and nobody here. */
  readonly unknownCommands: readonly string[];
  readonly isStopping: () => boolean;
  readonly nowMs: () => number;
  readonly limits: {
    readonly maxBytes: number;
    readonly maxRecipients: number;
    readonly maxConnections: number;
    readonly authWithoutTls: 'loopback' | 'never' | 'always';
  };
};

type Handlers = Pick<
  SMTPServerOptions,
  'onAuth' | 'onClose' | 'onConnect' | 'onData' | 'onMailFrom' | 'onRcptTo' | 'onSecure'
>;

type Answer = (error?: Error | null) => void;

const stopping = () => new Refusal(421, '4.3.2', 'The server is stopping: try again.');

function sessionOf({ sessions }: ConversationDeps, { id }: SMTPServerSession): Session {
  const session = sessions.find(id);
  if (session === null) throw new Error('a connection that was never opened speaks');
  return session;
}

/** Without TLS nobody is asked for a key, but where the setting says so. */
function mayAuthenticate({ limits }: ConversationDeps, session: SMTPServerSession): boolean {
  if (session.secure || limits.authWithoutTls === 'always') return true;
  return limits.authWithoutTls === 'loopback' && isLoopback(session.remoteAddress);
}

/** What whoever has given no key is to do. Where there is no TLS no client can help it, so that the settings are named. */
function howToBegin(deps: ConversationDeps, session: SMTPServerSession): string {
  if (mayAuthenticate(deps, session)) return 'AUTH with an API key as the password.';
  const { limits, unknownCommands } = deps;
  if (!unknownCommands.includes('STARTTLS'))
    return 'STARTTLS first, then AUTH with an API key as the password.';
  const from = limits.authWithoutTls === 'never' ? 'nobody' : 'its own machine alone';
  return `This server has no certificate, and takes keys from ${from}: SMTP_TLS_CERT_FILE, SMTP_AUTH_WITHOUT_TLS.`;
}

function connect(deps: ConversationDeps, session: SMTPServerSession): void {
  if (deps.isStopping()) throw stopping();
  deps.sessions.open(session.id, session.remoteAddress, deps.nowMs());
  if (!mayAuthenticate(deps, session)) session.disabledCommands = [...deps.unknownCommands, 'AUTH'];
}

/** What may stand beside the sender; beside a recipient there is nothing. */
const offeredOfSender = ['AUTH', 'BODY', 'SIZE'];

/** What is asked for beside an address is done or refused (RFC 5321 section 4.1.1.11): it may be that no mail goes without TLS. */
function refuseOthers({ args }: SMTPServerAddress, offered: readonly string[]): void {
  const other = Object.keys(args || {}).find((key) => !offered.includes(key));
  if (other === undefined) return;
  const shown = other.replaceAll(/[^!-~]/g, '?').slice(0, 60);
  throw new Refusal(555, '5.5.4', `The parameter ${shown} is not offered here: leave it out.`);
}

/** Whose the key of a connection is now: one that was revoked meanwhile is nobody's, and brings nothing more. */
async function callerNow({ findCaller }: ConversationDeps, session: Session): Promise<Caller> {
  if (session.caller === null) throw new Error('a message comes in of nobody');
  try {
    return await callerWith(findCaller, session.caller.key);
  } catch (error) {
    if (error instanceof Refusal) session.caller = null;
    throw error;
  }
}

/** Begins a message. Where its bounces should go is nobody's concern here: programs name a machine that no other knows. */
async function begin(
  deps: ConversationDeps,
  given: SMTPServerSession,
  from: SMTPServerAddress,
): Promise<void> {
  const session = sessionOf(deps, given);
  if (deps.isStopping()) throw stopping();
  if (session.caller === null) {
    throw new Refusal(530, '5.7.0', howToBegin(deps, given));
  }
  // The library keeps what was said of a sender that was refused.
  if ('SMTPUTF8' in (from.args || {})) {
    throw new Refusal(555, '5.6.7', 'SMTPUTF8 is not taken: SES delivers to no address that needs it.');
  }
  refuseOthers(from, offeredOfSender);
  const caller = await callerNow(deps, session);
  const verdict = await deps.rateLimiter?.count(caller.keyId);
  if (verdict?.kind !== 'refused') return;
  const seconds = Math.max(1, Math.ceil(verdict.resetMs / 1_000));
  throw new Refusal(451, '4.7.1', `This key brings too many messages: try again in ${seconds} s.`);
}

function addRecipient(
  { limits }: ConversationDeps,
  { envelope }: SMTPServerSession,
  to: SMTPServerAddress,
): void {
  refuseOthers(to, []);
  const parsed = parseEmail(to.address);
  if (parsed.kind === 'bad') throw new Refusal(553, '5.1.3', `The recipient ${parsed.reason}.`);
  const isKnown = envelope.rcptTo.some(({ address }) => address.toLowerCase() === to.address.toLowerCase());
  if (!isKnown && envelope.rcptTo.length >= limits.maxRecipients) {
    throw new Refusal(452, '4.5.3', `A message has at most ${limits.maxRecipients} recipients.`);
  }
}

/** An address in the form in which two are the same; one that is none, which a sender may be, stays as it is. */
const addressOf = (address: string): string => {
  const parsed = parseEmail(address);
  return parsed.kind === 'ok' ? parsed.value : address;
};

async function receive(
  deps: ConversationDeps,
  given: SMTPServerSession,
  stream: SMTPServerDataStream,
): Promise<string> {
  const session = sessionOf(deps, given);
  if (session.caller === null) throw new Error('a message comes in of nobody');
  const { workspaceId } = session.caller.caller;
  const { mailFrom, rcptTo } = given.envelope;
  const message = { beganAtMs: deps.nowMs(), bytes: 0, isWhole: false };
  session.message = message;
  try {
    const { maxBytes } = deps.limits;
    const { bytes, release } = await collectMessage(stream, {
      maxBytes,
      memory: deps.memory,
      owner: workspaceId,
      onBytes: (count) => {
        message.bytes += count;
      },
    });
    message.isWhole = true;
    try {
      // A connection may stand for hours between its first word of a message and the last.
      const caller = await callerNow(deps, session);
      const recipients = [...new Set(rcptTo.map(({ address }) => addressOf(address)))];
      const from = mailFrom === false ? '' : addressOf(mailFrom.address);
      return await deps.take({ caller, envelope: { from, recipients }, bytes });
    } finally {
      release();
    }
  } finally {
    session.message = null;
  }
}

/** What is answered to whom: the rules of one connection, for every port. */
export function conversation(deps: ConversationDeps): Handlers {
  const answered = (work: Promise<void> | (() => void), answer: Answer) => {
    const done = typeof work === 'function' ? Promise.resolve().then(work) : work;
    done.then(
      () => answer(),
      (error: unknown) => answer(deps.refusalFor(error)),
    );
  };
  return {
    onConnect: (session, answer) => answered(() => connect(deps, session), answer),
    onSecure: (_socket, session, answer) => {
      session.disabledCommands = [...deps.unknownCommands];
      // Whoever spoke before in the clear is nobody any more (RFC 3207 section 4.2).
      const known = deps.sessions.find(session.id);
      if (known !== null) known.caller = null;
      answer();
    },
    onAuth: ({ password }, session, answer) => {
      authenticate(deps, sessionOf(deps, session), password ?? '').then(
        () => answer(null, { user: session.id }),
        (error: unknown) => answer(deps.refusalFor(error)),
      );
    },
    onMailFrom: (address, session, answer) => answered(begin(deps, session, address), answer),
    onRcptTo: (address, session, answer) => answered(() => addRecipient(deps, session, address), answer),
    onData: (stream, session, answer) => {
      receive(deps, session, stream).then(
        (id) => answer(null, `2.0.0 Ok: queued as ${id}`),
        (error: unknown) => answer(deps.refusalFor(error)),
      );
    },
    onClose: ({ id }) => deps.sessions.close(id),
  };
}
